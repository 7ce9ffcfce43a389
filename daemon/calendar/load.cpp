// From a folder, or from the text that a configuration version keeps, to a Calendar.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "calendar/data.hpp"
#include "calendar/errors.hpp"
#include "core/limits.hpp"

namespace duban::calendar {
namespace {

namespace fs = std::filesystem;

// A file stands in the text as "#file NAME BYTES\n", its bytes, "\n". Lengths, so that no file can imitate a
// header.
constexpr std::string_view kHeader = "#file ";

std::string bundle(const std::vector<SourceFile>& files) {
  std::string text;
  for (const auto& file : files) {
    const std::string name = fs::path(file.name).filename().string();
    text += fmt::format("{}{} {}\n{}\n", kHeader, name, file.text.size(), file.text);
  }
  return text;
}

/// Nothing if `text` did not come from bundle().
std::optional<std::vector<SourceFile>> unbundle(std::string_view text) {
  std::vector<SourceFile> files;
  while (!text.empty()) {
    const size_t line_end = text.find('\n');
    if (!text.starts_with(kHeader) || line_end == text.npos) return {};
    const std::string_view header = text.substr(kHeader.size(), line_end - kHeader.size());
    const size_t space = header.rfind(' ');
    if (space == header.npos) return {};
    size_t size = 0;
    const auto digits = header.substr(space + 1);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    text.remove_prefix(line_end + 1);
    if (parsed.ec != std::errc{} || size >= text.size()) return {};
    files.push_back({std::string(header.substr(0, space)), std::string(text.substr(0, size))});
    text.remove_prefix(size + 1);
  }
  return files;
}

std::vector<std::string> yaml_files(const std::string& directory, Diagnostics& out) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  }
  if (error)
    out.error(errors::kNoFiles, {directory, 0, 0}, fmt::format("cannot list the folder: {}", error.message()),
              "expected the folder of the calendar files");
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::optional<SourceFile> read_file(const std::string& path, Diagnostics& out) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) {
    out.error(errors::kNoFiles, {path, 0, 0}, "cannot read the file", "check that it exists and may be read");
    return {};
  }
  if (size > limits::kConfigFileBytes) {
    out.error(errors::kNoFiles, {path, 0, 0}, fmt::format("the file has {} bytes", size),
              fmt::format("expected at most {}", limits::kConfigFileBytes));
    return {};
  }
  return SourceFile{path, std::string(std::istreambuf_iterator<char>(in), {})};
}

std::shared_ptr<const Calendar> make(const std::vector<SourceFile>& files, Diagnostics& out) {
  auto data = build(files, out);
  data->text = bundle(files);
  return std::make_shared<const Calendar>(std::move(data));
}

}  // namespace

std::shared_ptr<const Calendar> Calendar::load(const std::string& directory, Diagnostics& out) {
  std::vector<SourceFile> files;
  for (const auto& path : yaml_files(directory, out)) {
    if (auto file = read_file(path, out)) files.push_back(std::move(*file));
  }
  return make(files, out);
}

std::shared_ptr<const Calendar> Calendar::from_text(std::string_view text, Diagnostics& out) {
  auto files = unbundle(text);
  if (!files) {
    out.error(errors::kNoFiles, {}, "this is not the text of a loaded calendar",
              "expected what Calendar::text() gave; load the folder instead");
    return plain();
  }
  return make(*files, out);
}

}  // namespace duban::calendar

#include "app/setting_values.hpp"

#include <cstdlib>

namespace duban::app {

std::string expanded(const yaml::Reader& scalar) {
  const std::string text = scalar.string();
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t begin = text.find("${", i);
    const size_t end = begin == std::string::npos ? begin : text.find('}', begin);
    if (end == std::string::npos) return out + text.substr(i);
    const std::string name = text.substr(begin + 2, end - begin - 2);
    const char* value =
        std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): read before any thread starts
    if (value == nullptr)
      scalar.error("E801", "environment variable '" + name + "' is not set",
                   "set it, or write the value here");
    out += text.substr(i, begin - i) + (value == nullptr ? "" : value);
    i = end + 1;
  }
  return out;
}

std::string path_in(const std::filesystem::path& folder, const yaml::Reader& scalar) {
  const std::filesystem::path given = expanded(scalar);
  return given.empty() || given.is_absolute() ? given.string() : (folder / given).lexically_normal().string();
}

}  // namespace duban::app

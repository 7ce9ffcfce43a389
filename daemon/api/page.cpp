#include "api/page.hpp"

#include <charconv>

#include "api/limits.hpp"

namespace duban::api {
namespace {

std::optional<std::vector<int64_t>> read_cursor(const std::string& text) {
  std::vector<int64_t> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    int64_t number = 0;
    const auto [next, failed] = std::from_chars(at, end, number);
    if (failed != std::errc{} || number < 0 || (next < end && *next != '.')) return std::nullopt;
    numbers.push_back(number);
    at = next < end ? next + 1 : next;
  }
  return numbers;
}

}  // namespace

std::variant<PageRequest, Fault> read_page(std::string_view query, const ListKind& kind,
                                           const std::shared_ptr<const rule::Configuration>& configuration) {
  std::vector<std::string> known{"limit", "cursor"};
  if (kind.variable != nullptr) known.emplace_back("filter");
  known.insert(known.end(), kind.more_parameters.begin(), kind.more_parameters.end());
  auto parameters = read_parameters(query, known);
  if (Fault* fault = std::get_if<Fault>(&parameters)) return std::move(*fault);
  PageRequest page;
  page.parameters = std::move(std::get<Parameters>(parameters));
  const auto limit = number_of(page.parameters, "limit", limits::kPageEntries, 1, limits::kMostPageEntries);
  if (const Fault* fault = std::get_if<Fault>(&limit)) return *fault;
  page.limit = static_cast<size_t>(std::get<int64_t>(limit));
  const std::string& cursor = page.parameters["cursor"];
  const auto numbers = read_cursor(cursor);
  if (!numbers)
    return Fault{400, "query parameter 'cursor'", cursor, "what the page before gave as 'next'",
                 "leave it out to begin anew"};
  page.cursor = *numbers;
  if (kind.variable == nullptr) return page;
  auto filter = Filter::make(page.parameters["filter"], kind.variable, kind.fields, configuration);
  if (Fault* fault = std::get_if<Fault>(&filter)) return std::move(*fault);
  page.filter = std::move(std::get<Filter>(filter));
  return page;
}

std::string cursor_text(const std::vector<int64_t>& numbers) {
  std::string text;
  for (const int64_t number : numbers) text += (text.empty() ? "" : ".") + std::to_string(number);
  return text;
}

std::string json_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Response page_response(const char* name, Json entries, const std::optional<std::string>& next) {
  Response response;
  response.body = json_text({{name, std::move(entries)}, {"next", next ? Json(*next) : Json()}});
  return response;
}

}  // namespace duban::api

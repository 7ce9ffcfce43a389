// Lists in pages: how much is wanted, from where on, and what is handed out.
//
// A page ends when it has `limit` entries or enough rows have been looked at; `next` then says where the next
// one begins. It is null at the end alone, so a client asks until it is.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/error.hpp"
#include "api/filter.hpp"
#include "api/query.hpp"

namespace duban::api {

using Json = nlohmann::ordered_json;

struct PageRequest {
  Parameters parameters;
  size_t limit = 0;
  std::vector<int64_t> cursor;  // numbers as next_cursor() wrote them; empty: from the beginning
  Filter filter;
};

struct ListKind {
  const char* variable = nullptr;            // in filters; null: the list has none
  const cel::RecordType* fields = nullptr;   // of its entries, in filters
  std::vector<std::string> more_parameters;  // beside limit, cursor, filter
};

std::variant<PageRequest, Fault> read_page(std::string_view query, const ListKind& kind,
                                           const std::shared_ptr<const rule::Configuration>& configuration);

/// "12.7.0"
std::string cursor_text(const std::vector<int64_t>& numbers);

/// {NAME: entries, "next": cursor or null}
Response page_response(const char* name, Json entries, const std::optional<std::string>& next);
/// Bytes that are not UTF-8 are replaced: what is stored came from outside.
std::string json_text(const Json& json);

}  // namespace duban::api

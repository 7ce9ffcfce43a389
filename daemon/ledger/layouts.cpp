#include "ledger/layouts.hpp"

#include <algorithm>

#include "cel/type.hpp"
#include "ledger/ledger.hpp"

namespace duban::ledger {

namespace {

std::string joined(const std::vector<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields) text += field + '\n';
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> fields;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    fields.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return fields;
}

std::vector<std::string> field_names(const event::EntityKind& kind) {
  std::vector<std::string> names;
  for (const cel::FieldDecl& field : kind.layout->fields) names.push_back(field.name);
  return names;
}

}  // namespace

Layouts::Layouts(Database& database) : database_(database) {
  Statement select(database, "SELECT id, kind, fields FROM layout ORDER BY id", "reading the layouts");
  Rows rows(select);
  while (rows.next()) {
    if (select.integer(0) != static_cast<int64_t>(all_.size()) + 1) {
      throw StorageError("ledger " + database.path() + ": layout " + std::to_string(select.integer(0)) +
                         " found, expected " + std::to_string(all_.size() + 1) +
                         ": rows of table layout are missing; restore a copy");
    }
    all_.push_back(
        {select.integer(0), std::string(select.text(1)), split(select.text(2)), nullptr, {}, false});
  }
}

void Layouts::use(std::shared_ptr<const event::Catalog> catalog) {
  const size_t before = all_.size();
  std::vector<size_t> current;
  try {
    if (!database_.read_only()) database_.run("BEGIN IMMEDIATE", "storing the layouts");
    for (const auto& kind : catalog->kinds()) current.push_back(number_of(*kind));
    if (!database_.read_only()) database_.run("COMMIT", "storing the layouts");
  } catch (const StorageError&) {
    if (database_.in_transaction()) database_.run("ROLLBACK", "storing the layouts");
    all_.resize(before);
    throw;
  }
  catalog_ = std::move(catalog);
  current_ = std::move(current);
  for (Layout& layout : all_) connect(layout);
}

size_t Layouts::number_of(const event::EntityKind& kind) {
  const std::vector<std::string> fields = field_names(kind);
  const auto known = std::find_if(all_.begin(), all_.end(), [&](const Layout& layout) {
    return layout.kind == kind.name && layout.fields == fields;
  });
  if (known != all_.end()) return static_cast<size_t>(known - all_.begin());
  const auto id = static_cast<int64_t>(all_.size()) + 1;
  if (!database_.read_only()) {
    const std::string text = joined(fields);
    Statement insert(database_, "INSERT INTO layout VALUES(?1, ?2, ?3)", "storing a layout");
    insert.bind(1, id).bind(2, kind.name).bind(3, text).run();
  }
  all_.push_back({id, kind.name, fields, nullptr, {}, false});
  return all_.size() - 1;
}

void Layouts::connect(Layout& layout) const {
  layout.current = catalog_->kind(layout.kind);
  layout.moved_to.clear();
  layout.identical = layout.current != nullptr && field_names(*layout.current) == layout.fields;
  if (layout.current == nullptr) return;
  for (const std::string& field : layout.fields)
    layout.moved_to.push_back(layout.current->layout->find(field));
}

}  // namespace duban::ledger

#include "cel/type.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <mutex>

namespace duban::cel {

Type Type::list_of(Type element) {
  Type t = of(Base::list);
  t.element = std::make_shared<const Type>(std::move(element));
  return t;
}

Type Type::map_of(Type key, Type element) {
  Type t = of(Base::map);
  t.key = std::make_shared<const Type>(std::move(key));
  t.element = std::make_shared<const Type>(std::move(element));
  return t;
}

Type Type::one_of(std::vector<std::string> values) {
  Type t = of(Base::string);
  t.values = std::make_shared<const std::vector<std::string>>(std::move(values));
  return t;
}

std::string Type::str() const {
  switch (base) {
    case Base::dyn:
      return "dyn";
    case Base::null:
      return "null";
    case Base::boolean:
      return "bool";
    case Base::integer:
      return "int";
    case Base::uinteger:
      return "uint";
    case Base::floating:
      return "double";
    case Base::string:
      return "string";
    case Base::bytes:
      return "bytes";
    case Base::timestamp:
      return "timestamp";
    case Base::duration:
      return "duration";
    case Base::date:
      return "date";
    case Base::list:
      return "list(" + (element ? element->str() : "dyn") + ")";
    case Base::map:
      return "map(" + (key ? key->str() : "dyn") + ", " + (element ? element->str() : "dyn") + ")";
    case Base::record:
      return record ? record->name : "record";
    case Base::type:
      return "type";
  }
  return "dyn";
}

namespace {

/// Never destroyed: Values refer to it by index until the very end of the process. Readers take no lock: an
/// index reaches another thread only after its entry was written and published with `count`.
struct Registry {
  std::mutex mutex;
  std::deque<RecordType> types;
  std::array<const RecordType*, 65'536> by_index{};
  size_t count = 1;  // index 0 is no type
};

Registry& registry() {
  static Registry* r = new Registry;
  return *r;
}

}  // namespace

namespace {

bool same_type(const Type& a, const Type& b) {
  auto part = [](const std::shared_ptr<const Type>& x, const std::shared_ptr<const Type>& y) {
    return x && y ? same_type(*x, *y) : !x && !y;
  };
  bool same_values = a.values && b.values ? *a.values == *b.values : !a.values && !b.values;
  return a.base == b.base && a.record == b.record && same_values && part(a.key, b.key) &&
         part(a.element, b.element);
}

bool same_layout(const RecordType& t, const std::string& name, const std::vector<FieldDecl>& fields,
                 bool open) {
  return t.name == name && t.open == open &&
         std::equal(t.fields.begin(), t.fields.end(), fields.begin(), fields.end(),
                    [](const FieldDecl& a, const FieldDecl& b) {
                      return a.name == b.name && same_type(a.type, b.type);
                    });
}

}  // namespace

const RecordType* RecordType::make(std::string name, std::vector<FieldDecl> fields, bool open) {
  Registry& r = registry();
  std::lock_guard lock(r.mutex);
  for (const RecordType& t : r.types) {
    if (same_layout(t, name, fields, open)) return &t;
  }
  if (r.count == r.by_index.size())
    std::abort();  // the contract's limit; a reload that changes no layout adds none
  RecordType& t = r.types.emplace_back();
  t.name = std::move(name);
  t.fields = std::move(fields);
  t.open = open;
  t.index = static_cast<uint16_t>(r.count);
  r.by_index[r.count++] = &t;
  return &t;
}

const RecordType* RecordType::by_index(uint16_t index) { return registry().by_index[index]; }

int RecordType::find(std::string_view field) const {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == field) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace duban::cel

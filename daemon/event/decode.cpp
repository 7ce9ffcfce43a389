#include <fmt/format.h>
#include <simdjson.h>

#include <vector>

#include "core/diagnostic.hpp"
#include "core/hash.hpp"
#include "event/cloudevents.hpp"
#include "event/conversion.hpp"
#include "event/event.hpp"
#include "event/field_table.hpp"
#include "event/parse.hpp"

namespace duban::event {

using cel::MapEntry;
using cel::Value;

namespace {

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const size_t end = text.find_last_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin, end - begin + 1);
}

uint64_t identity_of(std::string_view source, std::string_view id) {
  // A hash of hashes: joining the two texts would need a buffer, and a separator that neither may contain.
  const uint64_t parts[2] = {hash64(source), hash64(id)};
  return hash64({reinterpret_cast<const char*>(parts), sizeof parts});
}

uint64_t content_of(std::string_view type, Instant time, uint64_t data) {
  const uint64_t parts[3] = {hash64(type), static_cast<uint64_t>(ms_of(time)), data};
  return hash64({reinterpret_cast<const char*>(parts), sizeof parts});
}

}  // namespace

struct Decoder::Impl {
  Impl(std::shared_ptr<const Catalog> c, Zone z) : catalog(std::move(c)), zone(z), conversion(z) {
    tables.reserve(catalog->events().size());
    for (const auto& type : catalog->events()) tables.emplace_back(*type);
  }

  Fault decode(const Record& record, Event& event);
  Fault decode_object(simdjson::dom::object object, Event& event);
  Fault read_object(simdjson::dom::object object, Attributes& a, simdjson::dom::element& data,
                    bool& has_data);
  Fault finish(const Attributes& a, simdjson::dom::element data, Event& event);
  Fault set_attributes(const Attributes& a, Event& event);
  Fault set_key(std::string_view subject, Value* fields, Event& event);
  Fault set_data(simdjson::dom::object data, Value* fields, Event& event);
  Fault set_others(Value* fields, int position);
  Fault check_required(const EventType& type, const Value* fields);

  std::shared_ptr<const Catalog> catalog;
  Zone zone;
  Conversion conversion;
  Parser parser;
  std::vector<FieldTable> tables;  // by EventType::index
  std::vector<MapEntry> others;    // of the event at hand
  std::vector<uint8_t> seen;       // positions of the event at hand
  cel::Arena* arena = nullptr;
  bool short_form = false;  // time and subject may be left out
};

Fault Decoder::Impl::decode(const Record& record, Event& event) {
  Envelope envelope;
  if (Fault fault = read_headers(record, envelope)) return fault;
  short_form = envelope.short_form;
  simdjson::dom::element root;
  if (Fault fault = parser.parse(record.payload, root)) return fault;
  const simdjson::dom::object object = root.get_object().value_unsafe();
  if (envelope.mode == Mode::structured) return decode_object(object, event);
  if (envelope.mode == Mode::binary) {
    event.data_json = arena->copy(trimmed(record.payload));
    return finish(envelope.attributes, root, event);
  }
  simdjson::dom::element version;
  if (!object["specversion"].get(version)) return decode_object(object, event);
  return {code::kNotCloudEvent,
          "the record is not a CloudEvent: it has neither ce_ headers nor a member specversion; send "
          "CloudEvents 1.0 in binary or structured mode"};
}

Fault Decoder::Impl::decode_object(simdjson::dom::object object, Event& event) {
  Attributes attributes;
  simdjson::dom::element data;
  bool has_data = false;
  if (Fault fault = read_object(object, attributes, data, has_data)) return fault;
  if (!has_data) return {code::kMissingField, "the event has no data; add an object 'data' with its fields"};
  event.data_json = arena->copy(parser.raw_data(data));
  return finish(attributes, data, event);
}

Fault Decoder::Impl::read_object(simdjson::dom::object object, Attributes& a, simdjson::dom::element& data,
                                 bool& has_data) {
  for (const auto [key, value] : object) {
    if (key == "data") {
      if (has_data) return {code::kDuplicateKey, "the event has 'data' twice; send it once"};
      data = value;
      if (!value.is_object()) {
        return {code::kNotObject,
                fmt::format("data is {}; it must be an object", in_quotes(simdjson::minify(value)))};
      }
      has_data = true;
    } else if (key == "data_base64") {
      return {code::kContentType, "the event carries data_base64; send its data as a JSON object in 'data'"};
    } else if (std::string_view* slot = a.find(key)) {
      if (slot->data())
        return {code::kDuplicateKey, fmt::format("attribute {} is there twice; send it once", key)};
      if (value.is_null()) continue;
      if (value.get_string().get(*slot)) {
        return {code::kBadAttribute, fmt::format("attribute {} is {}; write it as text, in quotes", key,
                                                 in_quotes(simdjson::minify(value)))};
      }
    }
  }
  return {};
}

Fault Decoder::Impl::finish(const Attributes& a, simdjson::dom::element data, Event& event) {
  if (Fault fault = check_attributes(a)) return fault;
  event.type = catalog->event(a.type);
  if (!event.type) {
    const std::string close = nearest(a.type, catalog->event_names());
    return {code::kUnknownType,
            fmt::format("event type {} is not in the catalog{}", in_quotes(a.type),
                        close.empty() ? std::string("; declare it there, or do not send it")
                                      : fmt::format("; did you mean '{}'?", close))};
  }
  if (Fault fault = set_attributes(a, event)) return fault;
  const size_t size = event.type->layout->fields.size();
  Value* fields = arena->values(size);
  std::fill(fields, fields + size, Value::absent());
  fields[kCeId] = Value::of(event.id);
  fields[kCeSource] = Value::of(event.source);
  fields[kCeType] = Value::of(std::string_view(event.type->name));
  fields[kCeTime] = Value::of(event.time);
  if (Fault fault = set_data(data.get_object().value_unsafe(), fields, event)) return fault;
  if (Fault fault = set_key(a.subject, fields, event)) return fault;
  if (Fault fault = check_required(*event.type, fields)) return fault;
  event.data = Value::of_record(event.type->layout, fields);
  event.identity = identity_of(event.source, event.id);
  event.content = content_of(event.type->name, event.time, content_hash(data));
  return {};
}

Fault Decoder::Impl::set_attributes(const Attributes& a, Event& event) {
  event.id = arena->copy(a.id);
  event.source = arena->copy(a.source);
  if (a.time.empty()) {
    if (!short_form) {
      return {code::kMissingAttribute,
              "attribute time is missing; state when it happened, as 2023-02-07T09:00:00+08:00"};
    }
    event.time = event.origin.at;
    return {};
  }
  const auto time = short_form ? zone.parse(a.time) : parse_rfc3339(a.time);
  if (!time) {
    return {
        code::kBadAttribute,
        fmt::format("attribute time is {}; expected RFC 3339 with an offset, as 2023-02-07T09:00:00+08:00",
                    in_quotes(a.time))};
  }
  event.time = *time;
  return {};
}

Fault Decoder::Impl::set_data(simdjson::dom::object data, Value* fields, Event& event) {
  const FieldTable& table = tables[static_cast<size_t>(event.type->index)];
  const auto& declared = event.type->layout->fields;
  conversion.begin(*arena, &event.warnings);
  others.clear();
  seen.assign(declared.size(), 0);
  for (const auto [key, value] : data) {
    const int position = table.find(key);
    if (position < 0) {
      MapEntry& entry = others.emplace_back(MapEntry{Value::of(arena->copy(key)), {}});
      if (!conversion.convert_any(value, entry.value))
        return conversion.fail_in(key), conversion.fault("data");
      continue;
    }
    const auto at = static_cast<size_t>(position);
    const size_t warned = event.warnings.size();
    bool fits = !seen[at]++;
    if (!fits)
      conversion.fail(code::kDuplicateKey, "is there twice; which one counts cannot be known, send it once");
    fits = fits && conversion.convert(value, declared[at].type, fields[at]) &&
           (!table.is_area(position) || conversion.check_area(fields[at]));
    if (!fits) return conversion.fail_in(key), conversion.fault("data");
    for (size_t i = warned; i < event.warnings.size(); ++i) {
      event.warnings[i] = fmt::format("data.{} {}", key, event.warnings[i]);
    }
  }
  return set_others(fields, table.others());
}

Fault Decoder::Impl::set_others(Value* fields, int position) {
  if (others.empty()) return {};
  MapEntry* entries = arena->entries(others.size());
  std::copy(others.begin(), others.end(), entries);
  Value map;
  if (!conversion.finish_map({entries, others.size()}, map)) return conversion.fault("data");
  if (position >= 0) fields[position] = map;
  return {};
}

Fault Decoder::Impl::set_key(std::string_view subject, Value* fields, Event& event) {
  const EventType& type = *event.type;
  Value* key = type.key_field < 0 ? nullptr : &fields[type.key_field];
  const std::string_view stated = key ? key->string_or({}) : std::string_view{};
  event.key = stated.empty() ? arena->copy(subject) : stated;
  if (!type.kind) return {};  // a fact: its subject is for others, its key for the engine
  const std::string& name = type.kind->key;
  if (subject.empty() && (!short_form || stated.empty())) {
    return {code::kMissingAttribute,
            fmt::format("attribute subject is missing; put the id of the {} there, as in data.{}",
                        type.kind->name, name)};
  }
  if (key->is_absent()) {
    *key = Value::of(event.key);
  } else if (!subject.empty() && stated != subject) {
    return {code::kKeyMismatch, fmt::format("subject is {} and data.{} is {}; both must name the same {}",
                                            in_quotes(subject), name, in_quotes(stated), type.kind->name)};
  }
  return check_attribute("subject", event.key);
}

Fault Decoder::Impl::check_required(const EventType& type, const Value* fields) {
  std::string missing;
  for (const int position : type.required) {
    if (!fields[position].is_absent()) continue;
    missing += missing.empty() ? "data." : ", data.";
    missing += type.layout->fields[static_cast<size_t>(position)].name;
  }
  if (missing.empty()) return {};
  return {code::kMissingField, fmt::format("{} is missing; {} requires it", missing, type.name)};
}

Decoder::Decoder(std::shared_ptr<const Catalog> catalog, Zone zone)
    : impl_(std::make_unique<Impl>(std::move(catalog), std::move(zone))) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;

namespace {

Refusal refusal_of(Fault fault, const Record& record, const Origin& origin) {
  Refusal refusal{std::string(fault.code), std::move(fault.reason),     origin,
                  std::string(record.key), std::string(record.payload), {}};
  for (const Header& header : record.headers) refusal.headers.emplace_back(header.name, header.value);
  return refusal;
}

}  // namespace

Decoded Decoder::decode(const Record& record, cel::Arena& arena) {
  impl_->arena = &arena;
  Decoded decoded;
  Event& event = std::get<Event>(decoded);
  event.origin = {record.input, record.offset, record.at};
  if (Fault fault = impl_->decode(record, event)) {
    decoded = refusal_of(std::move(fault), record, Origin{record.input, record.offset, record.at});
  }
  return decoded;
}

Decoded Decoder::decode_structured(std::string_view json, const Origin& origin, cel::Arena& arena) {
  Record record;
  record.input = origin.input;
  record.offset = origin.offset;
  record.at = origin.at;
  record.payload = json;
  record.headers = {{"content-type", "application/cloudevents+json"}, {kShortFormHeader, ""}};
  return decode(record, arena);
}

}  // namespace duban::event

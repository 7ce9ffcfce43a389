#include "rule/recipient_reader.hpp"

#include <algorithm>

#include "core/chinese_typing.hpp"
#include "core/utf8.hpp"
#include "rule/codes.hpp"

namespace duban::rule {
namespace {

using Base = cel::Type::Base;

const std::vector<std::string> kRoles = {
    "unit",       "village",           "town",        "zone", "department", "office", "committee",
    "government", "special_committee", "headquarters"};
const std::vector<std::string> kNamedRoles = {"special_committee", "headquarters"};
const std::vector<std::string> kAreaLevels = {"town", "district", "city", "province"};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Parser {
 public:
  Parser(const std::string& source, const event::EntityKind& subject, std::vector<cel::Issue>& issues)
      : source_(source), subject_(subject), issues_(issues) {}

  std::optional<Recipient> parse() {
    result_.source = source_;
    if (const auto ascii = ascii_of(source_); !ascii.empty())
      return fail(0, 1, "'" + source_.substr(0, utf8::first(source_).bytes) + "' is a full-width character",
                  "write " + std::string(ascii));
    if (source_ == "told") return special(Recipient::Who::told);
    if (source_ == "event.by") return special(Recipient::Who::event_by);
    const size_t end = std::min(source_.find_first_of(":@."), source_.size());
    const std::string word = source_.substr(0, end);
    at_ = end;
    const bool named = end < source_.size() && source_[end] == ':';
    if (named && word == "field") return field();
    if (named && word == "unit") return unit();
    return role(word, named);
  }

 private:
  std::optional<Recipient> fail(size_t offset, size_t length, std::string message, std::string hint) {
    issues_.push_back({offset, length, codes::kBadRecipient, std::move(message), std::move(hint)});
    return {};
  }

  std::optional<Recipient> special(Recipient::Who who) {
    result_.who = who;
    return result_;
  }

  /// The word after the mark at `at_`, up to the next one of `ends`.
  std::string after_mark(const char* ends) {
    const size_t begin = at_ + 1;
    at_ = std::min(source_.find_first_of(ends, begin), source_.size());
    return source_.substr(begin, at_ - begin);
  }

  std::optional<Recipient> field() {
    const size_t begin = at_ + 1;
    std::string name = after_mark(".");
    if (name == subject_.name && at_ < source_.size()) name = after_mark(".");  // field:hazard.tracker
    result_.who = Recipient::Who::field;
    result_.field = subject_.layout->find(name);
    std::vector<std::string> known;
    for (const auto& declared : subject_.layout->fields) known.push_back(declared.name);
    if (result_.field < 0)
      return fail(begin, name.size(), "unknown field '" + name + "' of " + subject_.name,
                  suggest(name, known));
    const cel::Type& type = subject_.layout->fields[static_cast<size_t>(result_.field)].type;
    const bool text =
        type.base == Base::string || (type.base == Base::list && type.element->base == Base::string);
    if (!text)
      return fail(begin, name.size(), "field '" + name + "' holds no unit",
                  "it is a " + type.str() + "; a unit or a list of units is expected");
    return post();
  }

  std::optional<Recipient> unit() {
    result_.who = Recipient::Who::unit_id;
    result_.name = after_mark(".");
    if (result_.name.empty())
      return fail(at_, 1, "'unit:' names no unit", "write unit:ID, or unit for the subject's own");
    return post();
  }

  std::optional<Recipient> role(const std::string& word, bool named) {
    result_.role = word;
    if (!contains(kRoles, word)) {
      std::vector<std::string> known = kRoles;
      known.insert(known.end(), {"told", "field:PATH", "unit:ID", "event.by"});
      return fail(0, std::max<size_t>(word.size(), 1), "unknown recipient '" + source_ + "'",
                  suggest(word, known));
    }
    if (named) result_.name = after_mark("@.");
    if (contains(kNamedRoles, word) == result_.name.empty())
      return fail(0, word.size(),
                  result_.name.empty() ? "'" + word + "' needs a name" : "'" + word + "' has no name",
                  result_.name.empty() ? "write " + word + ":NAME" : "write " + word);
    if (at_ < source_.size() && source_[at_] == '@') {
      const size_t begin = at_ + 1;
      result_.level = after_mark(".");
      if (word == "unit")
        return fail(begin, result_.level.size(), "a unit has no other level",
                    "write unit, or a role such as office@city");
      if (!contains(kAreaLevels, result_.level))
        return fail(begin, std::max<size_t>(result_.level.size(), 1), "unknown level '" + result_.level + "'",
                    suggest(result_.level, kAreaLevels));
    }
    return post();
  }

  std::optional<Recipient> post() {
    if (at_ == source_.size()) return result_;
    const size_t begin = at_ + 1;
    result_.post = after_mark("");
    const auto legal = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    if (result_.post.empty() || !std::all_of(result_.post.begin(), result_.post.end(), legal))
      return fail(begin, std::max<size_t>(result_.post.size(), 1), "'" + result_.post + "' is not a post",
                  "write a post such as principal, officer or duty");
    return result_;
  }

  const std::string& source_;
  const event::EntityKind& subject_;
  std::vector<cel::Issue>& issues_;
  Recipient result_;
  size_t at_ = 0;
};

}  // namespace

std::optional<Recipient> parse_recipient(const std::string& source, const event::EntityKind& subject,
                                         std::vector<cel::Issue>& issues) {
  return Parser(source, subject, issues).parse();
}

std::vector<Recipient> read_recipients(const yaml::Reader& to, const event::EntityKind& subject) {
  std::vector<Recipient> recipients;
  for (const yaml::Reader& entry : to.items_or_one()) {
    std::vector<cel::Issue> issues;
    auto recipient = parse_recipient(entry.string(), subject, issues);
    for (const cel::Issue& issue : issues)
      entry.diagnostics().error(issue.code, entry.place_at(issue.offset), issue.message, issue.hint);
    if (recipient) recipients.push_back(std::move(*recipient));
  }
  return recipients;
}

}  // namespace duban::rule

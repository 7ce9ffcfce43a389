#include "app/people_check.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "app/unit_events.hpp"
#include "rule/glob.hpp"

namespace duban::app {
namespace {

/// What a channel has to know of a person to reach him.
enum class Need { nothing, mobile, email, user_id, never };

Need need_of(const std::string& type) {
  if (type == "smtp") return Need::email;
  if (type.starts_with("sms-")) return Need::mobile;
  if (type == "wecom-app") return Need::user_id;
  // They take what everybody is told and say it to nobody: a log, or a system with recipients of its own.
  if (type == "syslog" || type == "journal" || type == "alertmanager") return Need::never;
  return Need::nothing;
}

/// Keys of a post that hold it (engine/telling.cpp), the one to recommend first.
std::vector<std::string> keys_of(Need need) {
  switch (need) {
    case Need::mobile:
      return {"phone", "mobile"};
    case Need::email:
      return {"email", "mail"};
    case Need::user_id:
      return {"user_id", "wecom"};
    case Need::nothing:
    case Need::never:
      break;
  }
  return {};
}

/// A post that somebody holds.
struct Post {
  std::string recipient;  // "E-1/officer"
  nlohmann::json holder;
};

std::vector<Post> posts_of(const std::string& directory) {
  std::vector<Post> posts;
  if (directory.empty()) return posts;
  Diagnostics elsewhere;  // what is wrong with the file is told when it is checked
  const yaml::Reader root = yaml::Reader::open(directory, elsewhere);
  for (const UnitEntry& unit : read_units(root.get("units"))) {
    const nlohmann::json data = nlohmann::json::parse(unit.data, nullptr, false);
    const auto held = data.find("posts");
    if (held == data.end() || !held->is_object()) continue;
    for (const auto& [post, holder] : held->items())
      if (holder.is_object()) posts.push_back({unit.id + "/" + post, holder});
  }
  return posts;
}

bool reaches(Need need, const Post& post) {
  if (need == Need::nothing) return true;
  const std::vector<std::string> keys = keys_of(need);
  return std::any_of(keys.begin(), keys.end(), [&post](const std::string& key) {
    const auto found = post.holder.find(key);
    return found != post.holder.end() && found->is_string() && !found->get_ref<const std::string&>().empty();
  });
}

class PeopleCheck {
 public:
  explicit PeopleCheck(const Settings& settings) : posts_(posts_of(settings.directory_file)) {
    for (const delivery::ChannelSettings& channel : settings.channels) types_[channel.name] = channel.type;
  }

  /// `of`: those whom the routes above it are for.
  void check(const yaml::Reader& route, std::vector<const Post*> of) const {
    if (const auto to = route.get("to")) {
      std::vector<std::string> globs;
      for (const yaml::Reader& glob : to.items_or_one()) globs.push_back(glob.string());
      std::erase_if(of, [&globs](const Post* post) {
        return std::none_of(globs.begin(), globs.end(), [post](const std::string& glob) {
          return rule::matches_glob(glob, post->recipient);
        });
      });
    }
    if (const auto notify = route.get("notify")) check_notify(notify, of);
    for (const yaml::Reader& inner : route.get("routes").items()) check(inner, of);
  }
  void check(const yaml::Reader& root) const {
    std::vector<const Post*> all;
    for (const Post& post : posts_) all.push_back(&post);
    check(root, all);
  }

 private:
  void check_notify(const yaml::Reader& notify, const std::vector<const Post*>& of) const {
    std::vector<Need> needs;
    for (const yaml::Reader& item : notify.items_or_one()) {
      const yaml::Reader name = item.is_map() ? item.get("channel") : item;
      const auto type = types_.find(name.string());
      if (type == types_.end()) continue;  // told as an unknown channel
      needs.push_back(need_of(type->second));
      if (needs.back() == Need::never)
        name.warning("W813", "channel '" + type->first + "' (" + type->second + ") reaches no person",
                     "name it under `channels`, and here one that people read: a robot, mail, text messages");
    }
    std::erase(needs, Need::never);
    if (!needs.empty()) check_posts(notify, needs, of);
  }

  void check_posts(const yaml::Reader& notify, const std::vector<Need>& needs,
                   const std::vector<const Post*>& of) const {
    std::vector<std::string> unreached;
    for (const Post* post : of)
      if (std::none_of(needs.begin(), needs.end(), [post](Need need) { return reaches(need, *post); }))
        unreached.push_back(post->recipient);
    if (unreached.empty()) return;
    constexpr size_t kNamed = 3;
    std::string who;
    for (size_t i = 0; i < unreached.size() && i < kNamed; ++i) who += (i == 0 ? "" : ", ") + unreached[i];
    if (unreached.size() > kNamed) who += " and " + std::to_string(unreached.size() - kNamed) + " more";
    std::string keys;
    for (const Need need : needs) {
      const std::string key = "`" + keys_of(need).front() + "`";
      if (keys.find(key) == std::string::npos) keys += (keys.empty() ? "" : " or ") + key;
    }
    notify.warning("W814",
                   std::to_string(unreached.size()) + " of " + std::to_string(of.size()) +
                       " posts of the directory have no address for this: " + who,
                   "add " + keys + " to them, or a channel that reaches them");
  }

  std::map<std::string, std::string> types_;  // by the channel's name
  std::vector<Post> posts_;
};

}  // namespace

void check_people(const Settings& settings, Diagnostics& out) {
  if (settings.sources.routes_file.empty()) return;
  Diagnostics found;  // with what whoever loads the routes has told, too
  PeopleCheck(settings).check(yaml::Reader::open(settings.sources.routes_file, found));
  for (const Diagnostic& finding : found.sorted())
    if (finding.code == "W813" || finding.code == "W814")
      out.warning(finding.code, finding.place, finding.message, finding.hint);
}

}  // namespace duban::app

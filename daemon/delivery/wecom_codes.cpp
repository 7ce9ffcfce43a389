#include "delivery/wecom_codes.hpp"

namespace duban::delivery {

using Kind = Verdict::Kind;
using namespace std::chrono_literals;

const ReplyForm& wecom_form() {
  static const ReplyForm form{{"/errcode"}, {"/errmsg"}};
  return form;
}

const std::vector<CodeRow>& wecom_codes() {
  static const std::vector<CodeRow> codes{
      {"0", {Kind::delivered}},
      {"45009", {Kind::stop, "more calls than the service allows", 1min}},
      {"45033", {Kind::stop, "more calls at once than the service allows", 1min}},
      {"40001", {Kind::stop, "check secret_file"}},
      {"40013", {Kind::stop, "check corp_id"}},
      {"40014", {Kind::stop, "the service refuses the token it has just given"}},
      {"41001", {Kind::stop, "the service refuses the token it has just given"}},
      {"42001", {Kind::stop, "the service refuses the token it has just given"}},
      {"40056", {Kind::stop, "check agent_id"}},
      {"301002", {Kind::stop, "check agent_id: the secret belongs to another app"}},
      {"48002", {Kind::stop, "the app may not call this interface"}},
      {"60011", {Kind::stop, "the app may not write to these people"}},
      {"60020", {Kind::stop, "the app does not trust this machine's address"}},
      {"93000", {Kind::stop, "check token_file: no robot has this key"}},
      {"93008", {Kind::stop, "the robot is no member of its group"}},
      {"40003", {Kind::rejected}},  // a user id
      {"40008", {Kind::rejected}},  // the type of message
      {"40031", {Kind::rejected}},  // the list of user ids
      {"40032", {Kind::rejected}},  // its length
      {"40035", {Kind::rejected}},  // a parameter
      {"40058", {Kind::rejected}},  // a parameter
      {"44004", {Kind::rejected}},  // empty
      {"45002", {Kind::rejected}},  // too long
      {"81013", {Kind::rejected}},  // nobody of these may get it
  };
  return codes;
}

bool wecom_wants_token(const std::string& code) {
  return code == "40014" || code == "41001" || code == "42001";
}

}  // namespace duban::delivery

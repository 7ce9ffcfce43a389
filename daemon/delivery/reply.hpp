// What services mean that answer HTTP 200 with a code in a JSON body.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "delivery/channel.hpp"
#include "delivery/http_client.hpp"

namespace duban::delivery {

/// What a code of a service means for a message.
struct Verdict {
  enum class Kind { delivered, rejected, retry, stop };
  Kind kind = Kind::retry;
  std::string_view remedy{};  // for the operator
  Duration pause{0};          // of a stop
};

/// A row of a service's table of codes. One that ends with `*` stands for all codes that begin so. A code
/// that no row names is repeated: nobody can tell whether it is this message's fault.
struct CodeRow {
  std::string_view code;
  Verdict verdict;
};

/// Where the code and the words stand, as JSON pointers; several where a service has several forms.
struct ReplyForm {
  std::vector<std::string> code;
  std::vector<std::string> text;
};

struct Reply {
  bool readable = false;
  std::string code;  // numbers too
  std::string text;
};

Reply read_reply(std::string_view body, const ReplyForm& form);
Verdict verdict_of(const std::vector<CodeRow>& table, std::string_view code);
/// Of a code with what the service said about it.
Outcome outcome_of(const Verdict& verdict, const std::string& code, const std::string& text);
/// A 2xx answer by its code; a 2xx without one is no success and stops the channel: something else answers at
/// that address. Other answers as http_outcome() has them.
Outcome reply_outcome(const HttpAnswer& answer, const ReplyForm& form, const std::vector<CodeRow>& table);

}  // namespace duban::delivery

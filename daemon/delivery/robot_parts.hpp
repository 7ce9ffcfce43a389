// A message as the robots of chat groups send it: in parts that the service takes, with the people it is for.
#pragma once

#include <string>
#include <vector>

#include "delivery/reading.hpp"

namespace duban::delivery {

struct RobotLimits {
  size_t bytes;         // of a part's text, as JSON has them
  size_t most = 5;      // parts; what is left is said to be left out
  size_t mentions = 0;  // people called by their mobile number in one part; 0: the service cannot, names only
};

struct RobotPart {
  std::string title;                 // with its number if there are several
  std::string text;                  // without markup
  std::vector<std::string> mobiles;  // of the people to call
};

/// Who has no mobile number, or cannot be called by it, is named in the text. More people than fit in one
/// part are called in further ones.
std::vector<RobotPart> robot_parts(const Message& message, const RobotLimits& limits);

/// Digits, with a + before them perhaps.
bool is_mobile(std::string_view text);

}  // namespace duban::delivery

// + - * / % and unary minus. Overflow is an error, not a wrap.
#pragma once

#include "cel/overload.hpp"

namespace duban::cel {

Value add(Context& context, const Value& a, const Value& b);
Value subtract(Context& context, const Value& a, const Value& b);
Value multiply(Context& context, const Value& a, const Value& b);
Value divide(Context& context, const Value& a, const Value& b);
Value modulo(Context& context, const Value& a, const Value& b);
Value negate(const Value& a);

}  // namespace duban::cel

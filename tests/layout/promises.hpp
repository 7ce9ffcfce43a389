// What documents promise, and the tests that are said to show it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace layout {

/// Names of the tests in a source: of TEST_CASE in C++, of `def test_…` in Python with spaces for `_`.
std::vector<std::string> test_names(std::string_view source);

/// What stands between single asterisks in the rows of a document's tables: sentences that name tests.
std::vector<std::string> named_tests(std::string_view document);

/// One line for each test that the document names and `tests` does not have. A test with a real broker may be
/// named without its "Kafka: ".
std::vector<std::string> unknown_tests(std::string_view document, const std::set<std::string>& tests);

/// The constants of a header of limits: names of `inline constexpr`.
std::vector<std::string> limits_of(std::string_view header);

/// One line for each limit that no row of the document has together with a test.
std::vector<std::string> limits_without_test(std::string_view header, std::string_view document);

}  // namespace layout

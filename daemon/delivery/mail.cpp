#include "delivery/mail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base64.hpp"
#include "core/hash.hpp"
#include "core/html.hpp"
#include "core/utf8.hpp"

namespace duban::delivery {
namespace {

constexpr size_t kLine = 76;         // RFC 2045
constexpr size_t kEncodedWord = 75;  // RFC 2047, with its delimiters
constexpr std::string_view kBegin = "=?UTF-8?B?";
constexpr std::string_view kEnd = "?=";

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Lines of base64.
std::string encoded(std::string_view text) {
  const std::string all = base64::encode(text);
  std::string out;
  for (size_t at = 0; at < all.size(); at += kLine) out += all.substr(at, kLine) + "\r\n";
  return out;
}

std::string date_header(Instant at, const Zone& zone) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const LocalTime local = zone.local(at);
  std::string offset = zone.format(at).substr(zone.format(at).size() - 6);  // "+08:00"
  offset.erase(3, 1);
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} {}", kDays[local.date.weekday()], local.date.day(),
                     kMonths[local.date.month() - 1], local.date.year(), local.time.seconds / 3600,
                     local.time.seconds / 60 % 60, local.time.seconds % 60, offset);
}

std::string mailbox(const std::string& name, const std::string& address, size_t taken) {
  const std::string plain = plain_line(name);
  if (plain.empty()) return address;
  // Encoded even if it is ASCII: no quoting to get wrong.
  const std::string words = header_words("\u200b" + plain, taken);
  return words + "\r\n <" + address + ">";
}

std::string html_of(const Reading& reading, std::string_view colour) {
  std::string lines;
  std::string_view rest = reading.text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    lines += html_escaped(rest.substr(0, end)) + "<br>\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"zh\"><head><meta charset=\"utf-8\"></head><body>\n"
      "<h3 style=\"border-left:6px solid {};padding-left:8px\">{}</h3>\n<p>{}</p>\n</body></html>\n",
      colour, html_escaped(reading.title), lines);
}

std::string_view css_colour(std::string_view colour) {
  if (colour == "红") return "#d4380d";
  if (colour == "橙") return "#fa8c16";
  return colour == "黄" ? "#d4b106" : "#1677ff";
}

std::string part(std::string_view type, std::string_view text, std::string_view boundary) {
  return fmt::format("--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
                     boundary, type, encoded(text));
}

}  // namespace

std::string header_words(std::string_view text, size_t taken) {
  const bool marked = text.starts_with("\u200b");  // to be encoded in any case
  const std::string plain = plain_line(text);
  if (!marked && is_ascii(plain) && plain.find("=?") == std::string::npos && plain.size() + taken <= kLine) {
    return plain;
  }
  // Each word holds whole characters; three bytes make four characters of base64.
  std::string out;
  std::string_view rest = plain;
  size_t room = kLine > taken ? std::min(kLine - taken, kEncodedWord) : 0;
  while (!rest.empty()) {
    const size_t most =
        room > kBegin.size() + kEnd.size() + 4 ? (room - kBegin.size() - kEnd.size()) / 4 * 3 : 0;
    size_t bytes = 0;
    while (bytes < rest.size()) {
      const size_t next = utf8::first(rest.substr(bytes)).bytes;
      if (bytes + next > most) break;
      bytes += next;
    }
    if (bytes > 0) out += std::string(kBegin) + base64::encode(rest.substr(0, bytes)) + std::string(kEnd);
    rest.remove_prefix(bytes);
    if (!rest.empty()) out += "\r\n ";
    room = kEncodedWord - 1;
  }
  return out;
}

std::string mail_text(const Mail& mail, const Zone& zone) {
  const std::string subject = fmt::format("【{}】{}", mail.reading.colour, mail.reading.title);
  const std::string boundary = "=_" + hash128(mail.key + mail.reading.text).hex();
  const std::string_view domain = std::string_view(mail.from).substr(mail.from.rfind('@') + 1);
  std::string out;
  out += "From: " + mailbox(mail.from_name, mail.from, 6) + "\r\n";
  out += "To: " + mailbox(mail.to_name, mail.to, 4) + "\r\n";
  out += "Subject: " + header_words(shortened(subject, 120), 9) + "\r\n";
  out += "Date: " + date_header(mail.at, zone) + "\r\n";
  out += fmt::format("Message-ID: <{}@{}>\r\n", hash128(mail.key + "\n" + mail.to).hex(), domain);
  out += "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n";
  if (mail.reading.colour == "红") out += "X-Priority: 1\r\nImportance: high\r\n";
  out += fmt::format("Content-Type: multipart/alternative;\r\n boundary=\"{}\"\r\n\r\n", boundary);
  out += part("text/plain", subject + "\n\n" + mail.reading.text + "\n", boundary);
  out += part("text/html", html_of(mail.reading, css_colour(mail.reading.colour)), boundary);
  out += "--" + boundary + "--\r\n";
  return out;
}

}  // namespace duban::delivery

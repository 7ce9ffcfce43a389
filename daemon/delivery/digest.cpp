#include "delivery/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace duban::delivery {
namespace {

using Buffer = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string digest(const EVP_MD* kind, std::string_view text) {
  Buffer out{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), out.data(), &size, kind, nullptr);
  return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view text) {
  Buffer out{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string sha256_hex(std::string_view text) { return hex(digest(EVP_sha256(), text)); }
std::string md5_hex(std::string_view text) { return hex(digest(EVP_md5(), text)); }

std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char byte : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return out;
}

}  // namespace duban::delivery

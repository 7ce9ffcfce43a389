#include "delivery/md5.hpp"

#include <openssl/evp.h>

#include <array>

#include "core/digest.hpp"

namespace duban::delivery {

std::string md5_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), out.data(), &size, EVP_md5(), nullptr);
  return to_hex({reinterpret_cast<const char*>(out.data()), size});
}

}  // namespace duban::delivery

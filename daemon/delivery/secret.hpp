// A secret in a file (systemd's LoadCredential, Kubernetes' mounts).
#pragma once

#include <string>

namespace duban::delivery {

struct Secret {
  std::string value;  // without the line end at its end
  std::string error;  // why it cannot be used, without its content
};

/// Refuses what cannot be read, is empty, or is longer than 4 KiB. Warns of a file that everybody may read.
Secret read_secret(const std::string& path);

}  // namespace duban::delivery

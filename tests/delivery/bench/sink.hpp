// An HTTP server that answers every POST with 200, and a mail server that takes every mail, each in a process
// of its own.
#pragma once

#include <sys/types.h>

namespace duban::bench {

struct Sink {
  pid_t process = -1;
  unsigned short port = 0;
};

/// Forks: call it before anything that has threads. The child ends when the caller's process does.
Sink start_sink();
Sink start_mail_sink();

}  // namespace duban::bench

#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

namespace doorbell::test {

/// Runs `body` in a child process and returns the string that it returned. One process elaborates
/// one simulation, so a test that compares several gives each a process. Throws when the child did
/// not end normally.
template <class Body>
std::string output_of_child(Body body) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("pipe failed");
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    const std::string text = body();
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t written = write(ends[1], text.data() + done, text.size() - done);
      if (written <= 0) _exit(1);
      done += static_cast<std::size_t>(written);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string output;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) {
    output.append(buffer, static_cast<std::size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error("the child process failed: " + output);
  }
  return output;
}

}  // namespace doorbell::test

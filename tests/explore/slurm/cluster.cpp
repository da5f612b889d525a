#include "tests/explore/slurm/cluster.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace doorbell::testing {

Cluster::Cluster(const std::string& options) {
  int to[2];
  int from[2];
  // Closed in whatever else this process starts: the end of this process must close them.
  if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  const std::string command = "exec python3 " + source_path("tests/explore/slurm/cluster.py") +
                              " " + options + " '" + folder_.path("cluster") + "'";
  process_ = fork();
  if (process_ == 0) {
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(1);
  }
  close(to[0]);
  close(from[1]);
  requests_ = to[1];
  answers_ = from[0];
  if (answer() != "ready") throw std::runtime_error("the cluster doesn't start");
  setenv("SLURM_CONF", folder_.path("cluster/slurm.conf").c_str(), 1);
}

Cluster::~Cluster() {
  close(requests_);  // It ends with its input.
  waitpid(process_, nullptr, 0);
  close(answers_);
  unsetenv("SLURM_CONF");
}

void Cluster::request(const std::string& line) {
  const std::string text = line + "\n";
  if (write(requests_, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      answer() != "done") {
    throw std::runtime_error("the cluster has ended before: " + line);
  }
}

std::string Cluster::answer() {
  std::string line;
  char character = 0;
  while (read(answers_, &character, 1) == 1) {
    if (character == '\n') return line;
    line += character;
  }
  return "";
}

}  // namespace doorbell::testing

#include "tests/differential/qtest_machine.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace doorbell::test {

QtestMachine::QtestMachine(const std::string& qemu, const std::string& options,
                           unsigned processors) {
  const std::string machine = "virt,gic-version=3," + options;
  const std::string smp = std::to_string(processors);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) throw std::runtime_error("no sockets");
  process_ = fork();
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], STDIN_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl(qemu.c_str(), qemu.c_str(), "-machine", machine.c_str(), "-smp", smp.c_str(), "-cpu",
          "cortex-a57", "-m", "128", "-nic", "none", "-display", "none", "-monitor", "none",
          "-serial", "null", "-rtc", "base=2024-01-01T00:00:00,clock=vm", "-S", "-qtest", "stdio",
          "-qtest-log", "/dev/null", nullptr);
    _exit(127);
  }
  close(ends[1]);
  connection_ = ends[0];
}

QtestMachine::~QtestMachine() {
  close(connection_);
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

std::string QtestMachine::ask(const std::string& command) {
  const std::string line = command + "\n";
  if (::write(connection_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw std::runtime_error("QEMU takes no command");
  std::size_t end = 0;
  while ((end = received_.find('\n')) == std::string::npos) {
    char bytes[256];
    const ssize_t count = ::read(connection_, bytes, sizeof bytes);
    if (count <= 0) throw std::runtime_error("QEMU has ended");
    received_.append(bytes, static_cast<std::size_t>(count));
  }
  const std::string answer = received_.substr(0, end);
  received_.erase(0, end + 1);
  if (answer.substr(0, 2) != "OK") throw std::runtime_error(command + ": " + answer);
  return answer.size() > 3 ? answer.substr(3) : "";
}

std::uint32_t QtestMachine::read(std::uint64_t address) {
  return static_cast<std::uint32_t>(
      std::stoull(ask("readl " + std::to_string(address)), nullptr, 0));
}

void QtestMachine::write(std::uint64_t address, std::uint32_t value) {
  ask("writel " + std::to_string(address) + " " + std::to_string(value));
}

}  // namespace doorbell::test

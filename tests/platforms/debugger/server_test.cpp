// The port where GDB is waited for.
#include "platforms/debugger/server.h"

#include <gmock/gmock.h>

#include "doorbell/core/arch/error.h"

namespace doorbell::debugger {
namespace {

using boost::asio::ip::tcp;
using std::chrono::milliseconds;

class DebuggerServer : public ::testing::Test {
 protected:
  void connect() {
    gdb_.connect({boost::asio::ip::address_v4::loopback(), server_.port()});
    ASSERT_TRUE(server_.accept(milliseconds(5000)));
  }

  Server server_{0};
  boost::asio::io_context context_;
  tcp::socket gdb_{context_};
};

TEST_F(DebuggerServer, APortInUseIsRefusedInOneLine) {
  try {
    Server again(server_.port());
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::StartsWith("--gdb: expected a port that is free, found"));
  }
}

TEST_F(DebuggerServer, WaitsNoLongerThanItIsTold) {
  EXPECT_FALSE(server_.accept(milliseconds(1)));
  EXPECT_FALSE(server_.connected());
  connect();
  EXPECT_EQ(server_.receive(milliseconds(1)), "");
  EXPECT_TRUE(server_.connected());
}

TEST_F(DebuggerServer, PassesBytesOnBothWays) {
  connect();
  gdb_.send(boost::asio::buffer("$g#67", 5));
  EXPECT_EQ(server_.receive(milliseconds(5000)), "$g#67");
  server_.send("+");
  char answer = 0;
  gdb_.receive(boost::asio::buffer(&answer, 1));
  EXPECT_EQ(answer, '+');
}

TEST_F(DebuggerServer, NoticesThatGdbHasGone) {
  connect();
  gdb_.close();
  EXPECT_EQ(server_.receive(milliseconds(5000)), "");
  EXPECT_FALSE(server_.connected());
  server_.send("+");
}

}  // namespace
}  // namespace doorbell::debugger

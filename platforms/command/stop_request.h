#pragma once

namespace doorbell {

/// While one exists, Ctrl-C (SIGINT) and SIGTERM ask for an orderly end in place of killing the
/// process. A second one kills: whoever asks twice means it. If nobody looks at `asked` for a
/// while after it, the process ends all the same, with exit_status::interrupted. One at a time.
class StopRequest {
 public:
  /// `patience`: how long whoever was asked may take to look, in seconds.
  explicit StopRequest(unsigned patience = 10);
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  /// Whether somebody has asked.
  static bool asked();
};

}  // namespace doorbell

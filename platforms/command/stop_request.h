#pragma once

namespace doorbell {

/// While one exists, Ctrl-C (SIGINT) and SIGTERM ask for an orderly end in place of killing the
/// process. A second one kills: whoever asks twice means it. One at a time.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  /// Whether somebody has asked.
  static bool asked();
};

}  // namespace doorbell

#pragma once

namespace doorbell {

/// What of a module's waits for nothing but a time that software has set, as the Generic Timer's
/// expiry: it may be waited for for ever without anything being under way. Where everything else
/// stands still, such as at a marker, it can be told apart by being disarmed.
class Timed {
 public:
  virtual ~Timed() = default;

  /// Takes what waits out of the scheduler. Until `arm`; nothing else happens to the module
  /// meanwhile.
  virtual void disarm() = 0;
  /// Lets it wait again, behind all that is due at the same time.
  virtual void arm() = 0;
};

}  // namespace doorbell

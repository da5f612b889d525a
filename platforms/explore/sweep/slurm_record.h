#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace doorbell::sweep {

/// In the folder of a sweep.
inline constexpr const char* slurm_record_name = "slurm.json";

/// A job array that was handed to Slurm, or was about to be.
struct SlurmSubmission {
  std::string name;                 ///< Of the job; nobody else's has it.
  std::uint64_t job = 0;            ///< Its id; 0 when the sweep died before sbatch had answered.
  std::vector<std::string> keys{};  ///< Of its tasks, by index.
};

/// Whether points of the sweep in this folder have been handed to Slurm and nobody has seen them
/// all end.
bool slurm_has_points_of(const std::filesystem::path& directory);

/// What a sweep remembers of its jobs, so that another process can wait for them: DIR/slurm.json,
/// and for each array its list of points in DIR/slurm. What is remembered is written before sbatch
/// is called: no job is ever unknown.
class SlurmRecord {
 public:
  /// Reads what there is. InputError for a file that can't be understood.
  explicit SlurmRecord(std::filesystem::path directory);

  const std::vector<SlurmSubmission>& submissions() const { return submissions_; }

  /// DIR/slurm, where the lists, the batch script and what tasks print are.
  std::filesystem::path folder() const { return directory_ / "slurm"; }
  std::filesystem::path list_of(const std::string& name) const {
    return folder() / (name + ".list");
  }

  /// Writes the list of an array of these points; returns its name.
  std::string announce(const std::vector<std::string>& keys);
  /// Writes down its job id.
  void submitted(const std::string& name, std::uint64_t job);
  /// It was refused or cancelled.
  void forget(const std::string& name);
  /// All of them.
  void forget_all();

 private:
  void load();
  void save() const;

  std::filesystem::path directory_;
  std::vector<SlurmSubmission> submissions_;
};

}  // namespace doorbell::sweep

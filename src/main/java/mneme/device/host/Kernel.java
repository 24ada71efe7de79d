package mneme.device.host;

/// One op made ready to run, step after step. A run allocates nothing once its arrays have grown.
interface Kernel {
  void run(Step step);
}

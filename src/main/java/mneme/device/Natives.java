package mneme.device;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.lwjgl.system.Configuration;
import org.lwjgl.system.Platform;

/// How LWJGL finds the libraries of drivers. To be called before any other class of LWJGL is used;
/// settings made on the command line stay.
public final class Natives {
  private Natives() {}

  public static synchronized void prepare() {
    // A missing loader is told in the table of devices, not on standard error.
    if (Configuration.DEBUG_STREAM.get() == null && !Configuration.DEBUG.get(false)) {
      Configuration.DEBUG_STREAM.set(
          new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    }
    // The plain name comes with the headers only; drivers install the one with the number.
    if (Platform.get() == Platform.LINUX && Configuration.OPENCL_LIBRARY_NAME.get() == null) {
      Configuration.OPENCL_LIBRARY_NAME.set("libOpenCL.so.1");
    }
  }
}

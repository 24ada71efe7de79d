package mneme;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import java.util.Optional;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs the test classes that are named, on a machine without Maven: one line for each test that
/// failed or was skipped, one for each class, and a last one with the counts.
///
/// Ends with 1 if a test failed or none ran, and with 3 if the seconds that the system property
/// `mneme.test.seconds` gives were over before the last test, even one that never returns.
public final class RunPacked implements TestExecutionListener {
  private static final int OUT_OF_TIME = 3;

  private int passed;
  private int failed;
  private int skipped;
  private String running = "nothing";
  private long classStartNs = System.nanoTime();
  private int passedBefore;

  private RunPacked() {}

  /// @param classes full names of test classes
  public static void main(String[] classes) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                Arrays.stream(classes).map(name -> (DiscoverySelector) selectClass(name)).toList())
            .filters(EngineFilter.includeEngines("junit-jupiter"))
            .build();
    RunPacked run = new RunPacked();
    Optional.ofNullable(Long.getLong("mneme.test.seconds")).ifPresent(run::endAfter);
    LauncherFactory.create().execute(request, run);
    run.sayCounts();
    System.exit(run.failed == 0 && run.passed > 0 ? 0 : 1);
  }

  private void endAfter(long seconds) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            Thread.sleep(1000 * seconds);
          } catch (InterruptedException e) {
            return;
          }
          endEarly();
        });
  }

  private synchronized void endEarly() {
    System.out.println("out of time: " + running);
    sayCounts();
    System.out.flush();
    Runtime.getRuntime().halt(failed > 0 ? 1 : OUT_OF_TIME); // a driver may not let it exit
  }

  private synchronized void sayCounts() {
    System.out.printf("tests: %d passed, %d failed, %d skipped%n", passed, failed, skipped);
  }

  @Override
  public synchronized void executionStarted(TestIdentifier test) {
    running = test.getUniqueId();
    if (className(test).isPresent()) {
      classStartNs = System.nanoTime();
      passedBefore = passed;
    }
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    switch (result.getStatus()) {
      case FAILED -> {
        failed++;
        System.out.printf("FAILED %s%n", name(test));
        result.getThrowable().ifPresent(RunPacked::tell);
      }
      case ABORTED -> {
        skipped++;
        String why = result.getThrowable().map(Throwable::getMessage).orElse("");
        System.out.printf("not run: %s: %s%n", name(test), why);
      }
      case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
    }
    className(test)
        .ifPresent(name ->
            System.out.printf(
                "%s: %d passed in %d s%n",
                name, passed - passedBefore, (System.nanoTime() - classStartNs) / 1_000_000_000));
  }

  /// The beginning of the story is enough to know what went wrong.
  private static void tell(Throwable failure) {
    System.out.printf("    %s%n", String.valueOf(failure).strip());
    Arrays.stream(failure.getStackTrace())
        .filter(frame -> frame.getClassName().startsWith("mneme."))
        .limit(8)
        .forEach(frame -> System.out.printf("    at %s%n", frame));
  }

  private static Optional<String> className(TestIdentifier test) {
    return test.getSource()
        .filter(ClassSource.class::isInstance)
        .map(source -> ((ClassSource) source).getClassName())
        .map(name -> name.substring(name.lastIndexOf('.') + 1));
  }

  private static String name(TestIdentifier test) {
    return test.getUniqueId()
            .replaceAll("^\\[engine:[^]]*\\]/\\[class:[\\w.]*?(\\w+)\\]/", "$1 ")
            .replaceAll("\\[[\\w-]+:([^]]*)\\]", "$1")
        + " "
        + test.getDisplayName();
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    skipped++;
    System.out.printf("not run: %s: %s%n", name(test), reason);
  }
}

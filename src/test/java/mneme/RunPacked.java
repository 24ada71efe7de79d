package mneme;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.util.Arrays;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/// Runs the test classes that are named, on a machine without Maven: one line for each test that
/// failed or was skipped, and a last one with the counts. Ends with 1 if a test failed or none ran.
public final class RunPacked {
  private RunPacked() {}

  /// @param classes full names of test classes
  public static void main(String[] classes) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                Arrays.stream(classes).map(name -> (DiscoverySelector) selectClass(name)).toList())
            .filters(EngineFilter.includeEngines("junit-jupiter"))
            .build();
    var counts = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, counts, new Told());
    TestExecutionSummary summary = counts.getSummary();
    if (summary.getTotalFailureCount() > 0) {
      summary.printFailuresTo(new PrintWriter(System.out, true), 30);
    }
    System.out.printf(
        "tests: %d passed, %d failed, %d skipped%n",
        summary.getTestsSucceededCount(),
        summary.getTotalFailureCount(),
        summary.getTestsSkippedCount() + summary.getTestsAbortedCount());
    boolean good = summary.getTotalFailureCount() == 0 && summary.getTestsSucceededCount() > 0;
    System.exit(good ? 0 : 1);
  }

  private static final class Told implements TestExecutionListener {
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      String why = result.getThrowable().map(Throwable::getMessage).orElse("");
      switch (result.getStatus()) {
        case FAILED -> System.out.printf("FAILED %s: %s%n", test.getDisplayName(), why);
        case ABORTED -> System.out.printf("not run: %s: %s%n", test.getDisplayName(), why);
        case SUCCESSFUL -> {}
      }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      System.out.printf("not run: %s: %s%n", test.getDisplayName(), reason);
    }
  }
}

package mneme.cli;

import picocli.CommandLine.IVersionProvider;

/// The version as the jar's manifest has it; run from plain classes there is none.
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {"mneme " + (version == null ? "development" : version)};
  }
}

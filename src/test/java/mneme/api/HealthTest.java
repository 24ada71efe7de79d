package mneme.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HealthTest {
  @Test
  void healthTellsTheTruth() throws Exception {
    try (TestServer server = new TestServer()) {
      assertThat(server.get("/health").body()).isEqualTo("{\"status\":\"ok\"}");
      assertThat(server.get("/v1/health").statusCode()).isEqualTo(200);
      server.engine.isHealthy = false;
      assertThat(server.get("/health").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void metricsShowPoolQueueStepsAndLatencies() throws Exception {
    try (TestServer server = new TestServer()) {
      server.post("/v1/completions", "{\"model\":\"toy\",\"prompt\":\"x\",\"stream\":true}");
      server.get("/nowhere");
      String metrics = server.get("/metrics").body();
      assertThat(metrics)
          .contains(
              "mneme_pool_bytes{device=\"host\",kind=\"total\"} 100.0",
              "mneme_pool_bytes{device=\"host\",kind=\"free\"} 40.0",
              "mneme_pool_bytes{device=\"host\",kind=\"pages\"} 30.0",
              "mneme_pool_bytes{device=\"host\",kind=\"states\"} 20.0",
              "mneme_pool_bytes{device=\"host\",kind=\"resting\"} 5.0",
              "mneme_pool_bytes{device=\"host\",kind=\"cached\"} 5.0",
              "mneme_device_bytes{device=\"host\",kind=\"free\"} 9000.0",
              "mneme_device_bytes{device=\"host\",kind=\"allocated\"} 1234.0",
              "mneme_device_bytes{device=\"opencl:0\",kind=\"free\"} 0.0",
              "mneme_sequences_running{model=\"toy\"} 2.0",
              "mneme_sequences_waiting{model=\"toy\"} 1.0",
              "mneme_steps_total{model=\"toy\"} 10.0",
              "mneme_step_seconds_total{model=\"toy\"} 2.5",
              "mneme_prefill_tokens_total{model=\"toy\"} 200.0",
              "mneme_decode_tokens_total{model=\"toy\"} 30.0",
              "mneme_cached_tokens_total{model=\"toy\"} 50.0",
              "mneme_preemptions_total{model=\"toy\"} 1.0",
              "mneme_healthy 1.0",
              "mneme_time_to_first_token_seconds_count{model=\"toy\"} 1",
              "mneme_inter_token_latency_seconds_count{model=\"toy\"} 3",
              "mneme_streams_finished_total{model=\"toy\",reason=\"stop\"} 1.0",
              "mneme_http_requests_total{route=\"/v1/completions\",status=\"200\"} 1.0",
              "mneme_http_requests_total{route=\"other\",status=\"404\"} 1.0");
    }
  }
}

package mneme.memory;

import static mneme.memory.LedgerRig.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PrefixIndexTest {
  private static final MemoryPlan FULL = Plans.of(Plans.full(1));
  private static final MemoryPlan WINDOWED = Plans.of(Plans.full(1), Plans.windowed(1, 4));
  private static final MemoryPlan RECURRENT = Plans.of(Plans.state(128));
  private static final MemoryPlan HYBRID = Plans.of(Plans.full(1), Plans.state(128));

  private static LedgerRig rig(MemoryPlan plan) {
    return new LedgerRig(64, 2048, plan);
  }

  /// @param saves places where the states are saved on the way
  private static void serve(LedgerRig rig, String tenant, Tokens tokens, int... saves) {
    Opening.Opened opened = rig.opened(0, tenant, tokens);
    int at = opened.reusedTokens();
    for (int save : saves) {
      if (save > at) {
        rig.run(opened.lease(), at, save);
        assertThat(rig.ledger.checkpoint(opened.lease())).isTrue();
        at = save;
      }
    }
    rig.run(opened.lease(), at, tokens.length());
    rig.ledger.retire(opened.lease(), tokens);
    rig.ledger.audit();
  }

  private static String reuse(LedgerRig rig, Tokens prompt) {
    Opening.Opened opened = rig.opened(0, prompt);
    rig.ledger.release(opened.lease());
    return opened.reusedTokens() + ": " + opened.note();
  }

  @Test
  void aPrefixIsReusedToTheToken() {
    LedgerRig rig = rig(FULL);
    serve(rig, "tenant", text(0, 22));
    assertThat(reuse(rig, text(0, 22))).isEqualTo("21: all but the last token, which always runs");
    assertThat(reuse(rig, text(0, 30))).isEqualTo("22: nothing is known after token 22");
    assertThat(reuse(rig, text(0, 14).plus(text(90, 9))))
        .isEqualTo("14: what is known differs at token 14");
    assertThat(reuse(rig, text(90, 9))).isEqualTo("0: no known text begins like this one");
  }

  @Test
  void nothingIsSharedWithOrToldToAnotherTenant() {
    LedgerRig rig = rig(FULL);
    serve(rig, "one", text(0, 22));
    Opening.Opened other = rig.opened(0, "two", text(0, 22));
    assertThat(other.reusedTokens()).isZero();
    assertThat(other.note()).isEqualTo("no known text begins like this one");
  }

  @Test
  void aModelWithStatesReusesUpToItsLastCheckpoint() {
    for (MemoryPlan plan : List.of(RECURRENT, HYBRID)) {
      LedgerRig rig = rig(plan);
      Lease lease = rig.opened(0, text(0, 30)).lease();
      rig.run(lease, 0, 8);
      assertThat(rig.ledger.checkpoint(lease)).isTrue();
      rig.run(lease, 8, 22);
      rig.ledger.publish(lease, text(0, 22));
      rig.ledger.release(lease);
      assertThat(reuse(rig, text(0, 30)))
          .isEqualTo(
              plan == HYBRID
                  ? "8: 22 tokens are known; the last state saved among them is after token 8"
                  : "8: nothing is known after token 8");
    }
  }

  @Test
  void theLastStateOfAFinishedSequenceIsKeptWithoutACopy() {
    LedgerRig rig = rig(HYBRID);
    Lease lease = rig.opened(0, text(0, 22)).lease();
    rig.run(lease, 0, 22);
    rig.ledger.retire(lease, text(0, 22));
    assertThat(rig.step()).isEmpty();
    assertThat(rig.usage().cachedStateBytes()).isEqualTo(512);
    assertThat(reuse(rig, text(0, 30))).startsWith("22: ");
  }

  @Test
  void theLastStateOfAStreamThatEndedBehindAPlannedSpanIsKept() {
    for (MemoryPlan plan : List.of(RECURRENT, HYBRID)) {
      LedgerRig rig = rig(plan);
      Lease lease = rig.opened(0, text(0, 22)).lease();
      rig.run(lease, 0, 22);
      assertThat(rig.ledger.grow(lease, 22, 23)).isEqualTo(Growth.GRANTED);
      rig.start();
      rig.ledger.halt(lease, 22);
      assertThatThrownBy(() -> rig.ledger.grow(lease, 22, 23))
          .hasMessageContaining("after its end");
      rig.ledger.retire(lease, text(0, 22));
      rig.end();
      assertThat(reuse(rig, text(0, 30))).startsWith("22: ");
    }
  }

  @Test
  void aStateThatWentOnPastTheEndIsNotKept() {
    LedgerRig rig = rig(HYBRID);
    Lease lease = rig.opened(0, text(0, 22)).lease();
    rig.run(lease, 0, 23);
    rig.ledger.retire(lease, text(0, 22));
    assertThat(rig.usage().cachedStateBytes()).isZero();
    assertThat(reuse(rig, text(0, 30))).startsWith("0: 22 tokens are known");
  }

  @Test
  void aWindowIsReusedWhereItsPagesAreKept() {
    LedgerRig rig = rig(WINDOWED);
    serve(rig, "tenant", text(0, 30));
    assertThat(reuse(rig, text(0, 40))).startsWith("30: ");
    assertThat(reuse(rig, text(0, 16).plus(text(90, 9))))
        .isEqualTo("0: 16 tokens are known; the pages a window needs are kept after token 0");
  }

  /// Its page was kept when only a part of it was known, and had left the window when the rest was.
  @Test
  void aPageOfAWindowServesUpToWhereItWasKept() {
    LedgerRig rig = rig(WINDOWED);
    Lease lease = rig.opened(0, text(0, 60)).lease();
    rig.run(lease, 0, 14);
    rig.ledger.publish(lease, text(0, 14));
    rig.run(lease, 14, 40);
    rig.ledger.retire(lease, text(0, 40));
    rig.ledger.audit();
    assertThat(reuse(rig, text(0, 14).plus(text(90, 9)))).startsWith("14: ");
    assertThat(reuse(rig, text(0, 15).plus(text(90, 9)))).startsWith("12: 15 tokens are known");
  }

  @Test
  void twinsThatRanAtTheSameTimeShareOnceTheyAreKnown() {
    LedgerRig rig = rig(FULL);
    Lease one = rig.opened(0, text(0, 21)).lease();
    Lease two = rig.opened(0, text(0, 21)).lease();
    rig.run(one, 0, 20);
    rig.run(two, 0, 20);
    assertThat(rig.usage().pageBytes()).isEqualTo(10 * 512);
    rig.ledger.publish(one, text(0, 20));
    rig.ledger.publish(two, text(0, 20));
    assertThat(rig.usage().pageBytes()).isEqualTo(5 * 512);
    assertThat(rig.ledger.view(one).page(0, 3)).isEqualTo(rig.ledger.view(two).page(0, 3));
  }

  @Test
  void aPageKnownInPartGrowsWithWhatFollows() {
    LedgerRig rig = rig(FULL);
    Lease lease = rig.opened(0, text(0, 23)).lease();
    rig.run(lease, 0, 5);
    rig.ledger.publish(lease, text(0, 5));
    rig.run(lease, 5, 7);
    rig.ledger.publish(lease, text(0, 7));
    assertThat(rig.step()).as("no copy on write for the one who appends").isEmpty();
    rig.run(lease, 7, 12);
    rig.ledger.retire(lease, text(0, 12));
    assertThat(rig.usage().cachedPageBytes()).isEqualTo(3 * 512);
    assertThat(reuse(rig, text(0, 20))).startsWith("12: ");
  }

  @Test
  void whatIsCachedGivesWayWhoWasUsedLeastFirst() {
    LedgerRig rig = new LedgerRig(4, 2048, FULL);
    serve(rig, "tenant", text(0, 24));
    serve(rig, "tenant", text(1000, 24));
    assertThat(reuse(rig, text(0, 30))).startsWith("24: ");
    serve(rig, "tenant", text(2000, 24));
    assertThat(reuse(rig, text(0, 30))).startsWith("24: ");
    assertThat(reuse(rig, text(1000, 30))).doesNotStartWith("24: ");
    assertThat(reuse(rig, text(2000, 30))).startsWith("24: ");
  }

  @Test
  void checkpointsKeepToTheirBudgetAndTheMostWorthStay() {
    Ledger ledger = new Ledger(new PoolShape(64, 2048), 3 * 512);
    LedgerRig rig = new LedgerRig(ledger, HYBRID);
    Lease lease = rig.opened(0, text(0, 70)).lease();
    for (int at = 0; at < 64; at += 8) {
      rig.run(lease, at, at + 8);
      assertThat(ledger.checkpoint(lease)).isTrue();
      ledger.publish(lease, text(0, at + 8));
      assertThat(rig.usage().cachedStateBytes()).isLessThanOrEqualTo(3 * 512);
    }
    assertThat(rig.usage().cachedStateBytes()).isEqualTo(3 * 512);
  }

  @Test
  void withoutABudgetNothingIsSaved() {
    LedgerRig rig = new LedgerRig(new Ledger(new PoolShape(64, 2048), 0), HYBRID);
    Lease lease = rig.opened(0, text(0, 70)).lease();
    rig.run(lease, 0, 8);
    assertThat(rig.ledger.checkpoint(lease)).isFalse();
    rig.ledger.retire(lease, text(0, 8));
    assertThat(rig.usage().cachedStateBytes()).isZero();
  }

  /// The page that holds tokens 8 to 11 is another for each text, and the state after token 10 lies
  /// in the one that has less in common with the third text.
  @Test
  void aStateInsideAPageServesEveryTextThatBeginsLikeIt() {
    for (MemoryPlan plan : List.of(RECURRENT, HYBRID)) {
      LedgerRig rig = rig(plan);
      Tokens stem = text(0, 10);
      serve(rig, "tenant", stem.plus(text(50, 1)).plus(text(60, 12)), 8, 10);
      serve(rig, "tenant", stem.plus(text(70, 14)));
      assertThat(reuse(rig, stem.plus(text(70, 1)).plus(text(80, 9)))).startsWith("10: ");
      rig.ledger.audit();
    }
  }

  @Test
  void aTextThatPartsFromAKnownOneIsToldWhere() {
    LedgerRig rig = rig(HYBRID);
    serve(rig, "tenant", text(0, 30), 8);
    Opening.Opened parted = rig.opened(0, text(0, 21).plus(text(90, 9)));
    assertThat(parted.reusedTokens()).isEqualTo(8);
    assertThat(rig.ledger.branch(parted.lease())).isEqualTo(21);
    rig.ledger.release(parted.lease());
    Opening.Opened longer = rig.opened(0, text(0, 40));
    assertThat(longer.reusedTokens()).isEqualTo(30);
    assertThat(rig.ledger.branch(longer.lease())).isZero();
    rig.ledger.release(longer.lease());
    serve(rig, "tenant", text(0, 21).plus(text(90, 9)), 21);
    Opening.Opened third = rig.opened(0, text(0, 21).plus(text(70, 9)));
    assertThat(third.reusedTokens()).isEqualTo(21);
    assertThat(rig.ledger.branch(third.lease())).isZero();
  }

  /// Two chats take turns in a budget of three states. The end of each is what its next turn needs;
  /// the ends of earlier turns were used as often, but the chat has gone on from them.
  @Test
  void theEndOfAChatOutlastsTheEndsOfItsEarlierTurns() {
    LedgerRig rig = new LedgerRig(new Ledger(new PoolShape(64, 2048), 3 * 512), HYBRID);
    for (int turn = 1; turn <= 6; turn++) {
      for (int chat = 0; chat < 2; chat++) {
        Tokens history = text(1000 * chat, 8 * turn);
        Opening.Opened opened = rig.opened(0, history);
        assertThat(opened.reusedTokens()).as(opened.note()).isEqualTo(8 * turn - 8);
        rig.run(opened.lease(), opened.reusedTokens(), history.length());
        rig.ledger.retire(opened.lease(), history);
        rig.ledger.audit();
      }
    }
  }

  /// Where texts part, the state is worth as much as it was used, however many go on from it.
  @Test
  void aCommonBeginningOutlastsWhatFollowsIt() {
    LedgerRig rig = new LedgerRig(new Ledger(new PoolShape(64, 2048), 3 * 512), HYBRID);
    serve(rig, "tenant", text(0, 16).plus(text(100, 8)), 16);
    for (int i = 2; i < 12; i++) {
      Tokens prompt = text(0, 16).plus(text(100 * i, 8));
      Opening.Opened opened = rig.opened(0, prompt);
      assertThat(opened.reusedTokens()).as(opened.note()).isEqualTo(16);
      rig.run(opened.lease(), 16, 24);
      rig.ledger.retire(opened.lease(), prompt);
    }
  }

  /// What a state saves is counted from the one before it, also after that one has gone.
  @Test
  void aStateSavesMoreOnceTheOneBeforeItHasGone() {
    LedgerRig rig = new LedgerRig(new Ledger(new PoolShape(64, 2048), 2 * 512), HYBRID);
    serve(rig, "tenant", text(0, 24), 16);
    serve(rig, "tenant", text(500, 12));
    serve(rig, "tenant", text(700, 12));
    assertThat(reuse(rig, text(0, 30)))
        .as("the state after token 24 saves 24 tokens by now, the newer ones 12")
        .startsWith("24: ");
  }

  @Test
  void aRewindContinuesFromWhatIsKept() {
    LedgerRig rig = rig(HYBRID);
    Lease lease = rig.opened(0, text(0, 40)).lease();
    rig.run(lease, 0, 16);
    rig.ledger.checkpoint(lease);
    rig.run(lease, 16, 24);
    rig.ledger.retire(lease, text(0, 24));
    assertThat(reuse(rig, text(0, 21).plus(text(90, 5)))).startsWith("16: 21 tokens are known");
  }
}

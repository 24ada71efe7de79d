package mneme.memory;

import static mneme.memory.LedgerRig.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final MemoryPlan PAGES = Plans.of(Plans.full(1));
  private static final MemoryPlan STATE = Plans.of(Plans.state(512));

  @Test
  void bytesOfPagesBecomeStatesAndTheOtherWayRound() {
    LedgerRig rig = new LedgerRig(4, 2048, PAGES, STATE);
    Lease pages = rig.opened(0, text(0, 1)).lease();
    rig.run(pages, 0, 64);
    assertThat(rig.usage().freeBytes()).isZero();
    assertThat(rig.open(1, "tenant", text(0, 1))).isInstanceOf(Opening.Short.class);
    rig.ledger.release(pages);
    List<Lease> states = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      states.add(rig.opened(1, text(0, 1)).lease());
    }
    assertThat(rig.usage().stateBytes()).isEqualTo(8192);
    Lease again = rig.opened(0, text(0, 1)).lease();
    assertThat(rig.ledger.grow(again, 0, 1)).isInstanceOf(Growth.Short.class);
    rig.ledger.release(states.getFirst());
    assertThat(rig.ledger.grow(again, 0, 1)).isEqualTo(Growth.GRANTED);
  }

  @Test
  void scatteredPagesMoveTogetherToMakeRoomForAState() {
    LedgerRig rig = new LedgerRig(2, 2048, PAGES, STATE);
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      leases.add(rig.opened(0, text(100 * i, 2)).lease());
      rig.run(leases.get(i), 0, 1);
    }
    for (int i = 0; i < 8; i += 2) {
      rig.ledger.release(leases.get(i));
    }
    LeaseView before = rig.ledger.view(leases.get(1));
    long oldPlace = before.page(0, 0);
    rig.opened(1, text(0, 1));
    assertThat(rig.start()).filteredOn(Chore.Copy.class::isInstance).hasSize(2);
    assertThat(before.page(0, 0)).isEqualTo(oldPlace);
    assertThat(rig.ledger.view(leases.get(1)).page(0, 0)).isNotEqualTo(oldPlace);
  }

  @Test
  void whatIsGivenBackRestsUntilTheRunningStepHasEnded() {
    LedgerRig rig = new LedgerRig(1, 2048, PAGES);
    Lease first = rig.opened(0, text(0, 1)).lease();
    assertThat(rig.ledger.grow(first, 0, 8)).isEqualTo(Growth.GRANTED);
    assertThat(rig.ledger.grow(first, 8, 16)).isEqualTo(Growth.GRANTED);
    rig.start();
    rig.ledger.release(first);
    assertThat(rig.usage().restingBytes()).isEqualTo(2048);
    Lease second = rig.opened(0, text(50, 1)).lease();
    assertThat(rig.ledger.grow(second, 0, 4))
        .isInstanceOfSatisfying(
            Growth.Short.class, s -> assertThat(s.shortage().passesByItself()).isTrue());
    rig.end();
    assertThat(rig.usage().restingBytes()).isZero();
    assertThat(rig.ledger.grow(second, 0, 4)).isEqualTo(Growth.GRANTED);
  }

  @Test
  void aLeaseThatHasEndedIsRefusedEverywhere() {
    LedgerRig rig = new LedgerRig(4, 2048, PAGES);
    Lease old = rig.opened(0, text(0, 5)).lease();
    assertThat(rig.ledger.release(old)).isTrue();
    Lease fresh = rig.opened(0, text(0, 5)).lease();
    assertThat(fresh.slot()).isEqualTo(old.slot());
    assertThat(rig.ledger.grow(old, 0, 4)).isEqualTo(new Growth.Stale(old));
    assertThat(rig.ledger.fork(old, 9, 0)).isEqualTo(new Opening.Stale(old));
    assertThat(rig.ledger.release(old)).isFalse();
    assertThat(rig.ledger.retire(old, text(0, 1))).isFalse();
    assertThat(rig.ledger.isCurrent(old)).isFalse();
    assertThat(rig.ledger.isCurrent(fresh)).isTrue();
    assertThatThrownBy(() -> rig.ledger.view(old))
        .isInstanceOf(StaleLeaseException.class)
        .hasMessageContaining("has ended");
  }

  @Test
  void anotherTenantGetsPagesScrubbed() {
    LedgerRig rig = new LedgerRig(1, 2048, PAGES);
    Lease first = rig.opened(0, "one", text(0, 1)).lease();
    rig.run(first, 0, 4);
    rig.ledger.release(first);
    Lease same = rig.opened(0, "one", text(50, 1)).lease();
    rig.ledger.grow(same, 0, 4);
    assertThat(rig.step()).isEmpty();
    rig.ledger.release(same);
    Lease other = rig.opened(0, "two", text(0, 1)).lease();
    rig.ledger.grow(other, 0, 4);
    assertThat(rig.step()).containsExactly(new Chore.Zero(0, 512));
  }

  @Test
  void whatADiscardedLeaseHeldIsScrubbedEvenForItsTenant() {
    LedgerRig rig = new LedgerRig(1, 2048, PAGES);
    Lease poisoned = rig.opened(0, text(0, 1)).lease();
    rig.run(poisoned, 0, 4);
    rig.ledger.discard(poisoned);
    Lease next = rig.opened(0, text(0, 1)).lease();
    rig.ledger.grow(next, 0, 4);
    assertThat(rig.step()).containsExactly(new Chore.Zero(0, 512));
  }

  @Test
  void aStateIsAlwaysScrubbed() {
    LedgerRig rig = new LedgerRig(1, 2048, STATE);
    Lease first = rig.opened(0, text(0, 1)).lease();
    rig.run(first, 0, 4);
    rig.ledger.release(first);
    rig.opened(0, text(0, 1));
    assertThat(rig.step()).containsExactly(new Chore.Zero(0, 2048));
  }

  @Test
  void aForkSharesItsPagesUntilItWrites() {
    LedgerRig rig = new LedgerRig(2, 2048, PAGES);
    Lease parent = rig.opened(0, text(0, 6)).lease();
    rig.run(parent, 0, 6);
    Lease child = ((Opening.Opened) rig.ledger.fork(parent, 77, 0)).lease();
    assertThat(rig.usage().pageBytes()).isEqualTo(1024);
    rig.ledger.grow(child, 6, 7);
    LeaseView mine = rig.ledger.view(child);
    LeaseView theirs = rig.ledger.view(parent);
    assertThat(rig.step()).containsExactly(new Chore.Copy(theirs.page(0, 1), mine.page(0, 1), 512));
    assertThat(mine.page(0, 0)).isEqualTo(theirs.page(0, 0));
    rig.ledger.grow(parent, 6, 7);
    assertThat(rig.step()).isEmpty();
    assertThat(rig.usage().pageBytes()).isEqualTo(1536);
  }

  @Test
  void aPromiseHoldsAgainstWhoComesLater() {
    LedgerRig rig = new LedgerRig(4, 2048, PAGES);
    Claim claim = new Claim(1, "tenant", 0, text(0, 40), 41);
    Lease promised = ((Opening.Opened) rig.ledger.open(claim)).lease();
    Lease greedy = rig.opened(0, text(500, 1)).lease();
    int taken = 0;
    while (rig.ledger.grow(greedy, taken, taken + 4) == Growth.GRANTED) {
      taken += 4;
      rig.step();
    }
    assertThat(taken).isEqualTo(64 - 44);
    rig.run(promised, 0, 40);
    assertThat(rig.ledger.grow(promised, 40, 41)).isEqualTo(Growth.GRANTED);
  }

  @Test
  void aModelInUseCannotBeForgotten() {
    LedgerRig rig = new LedgerRig(4, 2048, PAGES, STATE);
    Lease lease = rig.opened(0, text(0, 4)).lease();
    rig.run(lease, 0, 4);
    assertThatThrownBy(() -> rig.ledger.unregister(0)).hasMessageContaining("still used by owner");
    rig.ledger.retire(lease, text(0, 4));
    assertThat(rig.usage().cachedPageBytes()).isEqualTo(512);
    rig.ledger.unregister(0);
    rig.ledger.audit();
    assertThat(rig.usage().freeBytes()).isEqualTo(8192);
    assertThatThrownBy(() -> rig.ledger.unregister(0))
        .hasMessageContaining("no model has number 0");
    assertThat(rig.ledger.register(PAGES, 8)).isEqualTo(2);
    assertThatThrownBy(() -> rig.ledger.register(1, PAGES, 8))
        .hasMessageContaining("known already");
  }

  @Test
  void anObjectLargerThanASlabIsRefusedWhileThePoolIsInUse() {
    LedgerRig rig = new LedgerRig(4, 2048, PAGES);
    Lease lease = rig.opened(0, text(0, 1)).lease();
    assertThatThrownBy(() -> rig.ledger.register(Plans.of(Plans.state(1000)), 8))
        .hasMessageContaining("4096 bytes")
        .hasMessageContaining("2048 bytes");
    rig.ledger.release(lease);
    assertThatThrownBy(() -> rig.ledger.register(Plans.of(Plans.state(3000)), 8))
        .hasMessageContaining("cannot hold a single object of 12032 bytes");
  }

  @Test
  void anUnusedPoolIsCutAnewForLargerObjects() {
    LedgerRig rig = new LedgerRig(4, 2048, PAGES);
    Lease lease = rig.opened(0, "one", text(0, 1)).lease();
    rig.run(lease, 0, 8);
    rig.ledger.retire(lease, text(0, 8));
    int large = rig.ledger.register(Plans.of(Plans.state(1000)), 8);
    assertThat(rig.ledger.shape().slabBytes()).isGreaterThanOrEqualTo(4096);
    assertThat(rig.usage().freeBytes()).isEqualTo(8192);
    rig.opened(large, text(0, 1));
    Lease again = rig.opened(0, "two", text(0, 1)).lease();
    rig.ledger.grow(again, 0, 1);
    assertThat(rig.step())
        .as("what lay there before is scrubbed")
        .containsExactly(new Chore.Zero(0, 4096), new Chore.Zero(4096, 512));
  }

  @Test
  void aPoolOfPartsIsCutAnewInsideItsParts() {
    LedgerRig rig = new LedgerRig(new Ledger(new PoolShape(4, 2048, 5120), 8192), PAGES);
    int large = rig.ledger.register(Plans.of(Plans.state(1000)), 8);
    assertThat(rig.ledger.shape()).isEqualTo(new PoolShape(2, 4096, 5120));
    Lease one = rig.opened(large, text(0, 1)).lease();
    Lease two = rig.opened(large, text(9, 1)).lease();
    assertThat(rig.ledger.view(one).state(0)).isZero();
    assertThat(rig.ledger.view(two).state(0)).isEqualTo(5120);
    rig.ledger.release(one);
    rig.ledger.release(two);
    assertThatThrownBy(() -> rig.ledger.register(Plans.of(Plans.state(1500)), 8))
        .hasMessageContaining("9216 bytes in parts of 5120")
        .hasMessageContaining("cannot hold a single object of 6144 bytes");
  }

  @Test
  void aBrokenBookIsReportedInFull() {
    LedgerRig rig = new LedgerRig(4, 2048, PAGES);
    rig.run(rig.opened(0, text(0, 4)).lease(), 0, 4);
    rig.ledger.leasing().slots().clear();
    assertThatThrownBy(rig.ledger::audit)
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("nothing names it")
        .hasMessageContaining("PAGE of 512 bytes at 0");
  }
}

package mneme.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TokensTest {
  @Test
  void aSliceSharesTheIdsAndACompactCopyDoesNot() {
    Tokens slice = Tokens.of(1, 2, 3, 4, 5).slice(1, 4);
    assertThat(slice.toArray()).containsExactly(2, 3, 4);
    assertThat(slice.compact()).isEqualTo(slice).hasSameHashCodeAs(slice).isNotSameAs(slice);
    assertThat(slice.plus(Tokens.of(9)).toArray()).containsExactly(2, 3, 4, 9);
    assertThatThrownBy(() -> slice.at(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.slice(2, 4)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Property
  void orderPrefixesAndEqualityAgreeWithArrays(
      @ForAll @Size(max = 6) List<@IntRange(max = 2) Integer> first,
      @ForAll @Size(max = 6) List<@IntRange(max = 2) Integer> second) {
    int[] a = first.stream().mapToInt(Integer::intValue).toArray();
    int[] b = second.stream().mapToInt(Integer::intValue).toArray();
    Tokens left = Tokens.of(a);
    Tokens right = Tokens.of(b);
    assertThat(Integer.signum(left.compareTo(right)))
        .isEqualTo(Integer.signum(Arrays.compare(a, b)));
    assertThat(left.equals(right)).isEqualTo(Arrays.equals(a, b));
    int common = left.commonPrefix(right);
    assertThat(left.slice(0, common)).isEqualTo(right.slice(0, common));
    assertThat(left.startsWith(right)).isEqualTo(common == b.length);
  }
}

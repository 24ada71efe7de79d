package mneme.text;

/// Philox4x32-10, random numbers from a counter and a key instead of a state (Salmon et al.,
/// "Parallel random numbers: as easy as 1, 2, 3", SC 2011). The number at (seed, position) is the
/// same whatever was drawn before, on every machine.
final class Philox {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final long WORD = 0xFFFFFFFFL;

  private Philox() {}

  /// A number in [0, 1) with 53 random bits: key = seed, counter = (position, 0).
  static double uniform(long seed, long position) {
    int[] block = {(int) position, (int) (position >>> 32), 0, 0};
    encrypt(block, (int) seed, (int) (seed >>> 32));
    long bits = (block[0] & WORD) << 32 | (block[1] & WORD);
    return (bits >>> 11) * 0x1p-53;
  }

  /// Turns the four words of `counter` into four random words, in place.
  static void encrypt(int[] counter, int key0, int key1) {
    int k0 = key0;
    int k1 = key1;
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * (counter[0] & WORD);
      long product1 = MULTIPLIER_1 * (counter[2] & WORD);
      counter[0] = (int) (product1 >>> 32) ^ counter[1] ^ k0;
      counter[1] = (int) product1;
      counter[2] = (int) (product0 >>> 32) ^ counter[3] ^ k1;
      counter[3] = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class JsonFuzzTest {

    private static final int ROUNDS = 2_000;

    sealed interface Tree permits Leaf, Fork, Tag {}

    record Leaf(
            String text,
            long whole,
            double part,
            BigDecimal decimal,
            BigInteger integer,
            Instant instant,
            Duration duration,
            Optional<Integer> maybe)
            implements Tree {}

    record Fork(List<Tree> children, Map<String, Tree> named, Tree next) implements Tree {}

    enum Tag implements Tree {
        RED,
        BLUE
    }

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Codec<Tree> codec = Codec.json(Tree.class);

    @Test
    void shouldDecodeRandomValuesToEqualOnes() {
        for (int round = 0; round < ROUNDS; round++) {
            Tree tree = tree(4);
            assertThat(codec.decode(codec.encode(tree)))
                    .as("seed=%d round=%d", seed, round)
                    .isEqualTo(tree);
        }
    }

    @Test
    void shouldThrowNothingButCodecExceptionsForDamagedBytes() {
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = damage(codec.encode(tree(3)));
            refused += refuses(damaged, round) ? 1 : 0;
        }
        assertThat(refused).as("seed=%d", seed).isBetween(ROUNDS / 2, ROUNDS - 1);
    }

    private boolean refuses(byte[] bytes, int round) {
        try {
            codec.decode(bytes);
            return false;
        } catch (CodecException e) {
            assertThat(e.bytes()).isSameAs(bytes);
            return true;
        } catch (Throwable e) {
            return fail("seed=" + seed + " round=" + round + " json=" + new String(bytes, UTF_8), e);
        }
    }

    @Test
    void shouldRefuseNestingOnASmallStack() throws InterruptedException {
        byte[] deep = "{\"@type\":\"Fork\",\"named\":null,\"next\":null,\"children\":["
                .repeat(200_000)
                .getBytes(UTF_8);
        List<Throwable> thrown = new ArrayList<>();
        Thread thread = new Thread(null, () -> refuses(deep, 0), "small stack", 160 * 1024);
        thread.setUncaughtExceptionHandler((t, e) -> thrown.add(e));

        thread.start();
        thread.join();

        assertThat(thrown).isEmpty();
        assertThat(refuses(deep, 0)).isTrue();
    }

    private Tree tree(int depth) {
        return switch (random.nextInt(depth == 0 ? 2 : 4)) {
            case 0 -> leaf();
            case 1 -> Tag.values()[random.nextInt(2)];
            default -> fork(depth - 1);
        };
    }

    private Fork fork(int depth) {
        List<Tree> children = new ArrayList<>();
        Map<String, Tree> named = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            children.add(orNull(() -> tree(depth)));
            named.put(text(true), orNull(() -> tree(depth)));
        }
        return new Fork(children, named, orNull(() -> tree(depth)));
    }

    private Leaf leaf() {
        return new Leaf(
                orNull(() -> text(false)),
                random.nextLong(),
                random.nextBoolean() ? random.nextGaussian() : Double.longBitsToDouble(random.nextLong()),
                orNull(() -> new BigDecimal(new BigInteger(random.nextInt(300), random), random.nextInt(200) - 100)),
                orNull(() -> new BigInteger(random.nextInt(2_000), random).negate()),
                Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)),
                Duration.ofSeconds(random.nextInt(), random.nextInt(1_000_000_000)),
                random.nextBoolean() ? Optional.empty() : Optional.of(random.nextInt()));
    }

    private <T> T orNull(Supplier<T> value) {
        return random.nextInt(8) == 0 ? null : value.get();
    }

    /** Any chars at all, but in keys no surrogates, which are refused there. */
    private String text(boolean key) {
        char[] chars = new char[random.nextInt(20)];
        for (int i = 0; i < chars.length; i++) {
            int c = random.nextInt(random.nextBoolean() ? 0x80 : 0x10000);
            chars[i] = key && Character.isSurrogate((char) c) ? '?' : (char) c;
        }
        return new String(chars);
    }

    private byte[] damage(byte[] bytes) {
        byte[] damaged =
                random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes.clone();
        for (int i = random.nextInt(4); i >= 0 && damaged.length > 0; i--) {
            int at = random.nextInt(damaged.length);
            if (random.nextBoolean()) {
                damaged[at] ^= (byte) (1 << random.nextInt(8));
            } else {
                damaged[at] = (byte) "{}[]\",:0-9eE.tnu\\@".charAt(random.nextInt(18));
            }
        }
        return damaged;
    }
}

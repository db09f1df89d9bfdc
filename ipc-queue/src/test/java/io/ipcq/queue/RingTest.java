// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.memory.Deadline;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormatException;
import io.ipcq.memory.RobustMutex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The algorithm alone, in the smallest ring there is, so that it wraps all the time. */
class RingTest {

    private static final int CAPACITY = 4096;
    private static final int MAX = Ring.maxPayloadBytes(CAPACITY);

    @TempDir
    Path parent;

    private RingFiles.Attachment attachment;
    private MappedRegion region;
    private RobustMutex mutex;
    private Ring ring;
    private boolean closed;

    @BeforeEach
    void createRing() throws IOException {
        attach(Long.MAX_VALUE);
    }

    private void attach(long maxSize) throws IOException {
        attachment = new RingFiles(parent.resolve("ring-" + maxSize))
                .create(new SharedQueueOptions(CAPACITY, maxSize, false), "bytes", false, hold -> hold);
        region = attachment.control().region();
        mutex = new RobustMutex(region, RingLayout.MUTEX, attachment.members());
        ring = ring();
    }

    /** As another process has it. */
    private Ring ring() {
        return new Ring(attachment.control(), mutex, () -> {
            if (closed) {
                throw new QueueClosedException("closed");
            }
        });
    }

    @AfterEach
    void leave() {
        attachment.members().close();
    }

    private boolean put(byte[] payload) throws InterruptedException {
        return ring.put(payload, Deadline.NOW) == 1;
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldTakeEverySizeAtEveryPlace() throws Exception {
        for (int length = 0; length <= MAX; length++) {
            for (int i = 0; i < 3; i++) {
                byte[] payload = bytes(length, length + i);
                assertThat(put(payload)).as("length %d", length).isTrue();
                assertThat(ring.size()).isEqualTo(1);
                assertThat(ring.take()).isEqualTo(payload);
                assertThat(ring.take()).isNull();
                assertThat(ring.size()).isZero();
            }
        }
        assertThat(ring.count()).isEqualTo(3L * (MAX + 1));
    }

    @Test
    void shouldTakeLargestElementWhereverTheRingStands() throws Exception {
        for (int position = 0; position < 2 * CAPACITY; position += RingLayout.RECORD_ALIGNMENT) {
            assertThat(put(new byte[0])).isTrue();
            assertThat(ring.take()).isEmpty();
            assertThat(put(bytes(MAX, position))).as("position %d", position).isTrue();
            assertThat(ring.take()).isEqualTo(bytes(MAX, position));
        }
    }

    @Test
    void shouldFillToTheLastByteAndDrain() throws Exception {
        for (int length = 0; length < 200; length++) {
            int count = 0;
            while (put(bytes(length, count))) {
                count++;
            }
            int spare = CAPACITY - count * Ring.recordBytes(length);
            assertThat(spare).as("length %d", length).isLessThan(3 * Ring.recordBytes(length) + 16);
            assertThat(ring.isFull(length)).isTrue();
            assertThat(ring.isFull(-1)).isTrue();
            assertThat(ring.size()).isEqualTo(count);
            for (int i = 0; i < count; i++) {
                assertThat(ring.take()).isEqualTo(bytes(length, i));
            }
            assertThat(ring.take()).isNull();
            assertThat(ring.isFull(length)).isFalse();
        }
    }

    @Test
    void shouldNotTakeBytesOfEarlierLapForRecord() throws Exception {
        put(new byte[40]);
        byte[] record = new byte[Ring.recordBytes(40)];
        region.getBytes(RingLayout.DATA, record, 0, record.length);
        ring.take();
        // a payload that is full of what was a valid record
        for (int lap = 0; lap < 300; lap++) {
            byte[] payload = new byte[48 * 8];
            for (int i = 0; i < 8; i++) {
                System.arraycopy(record, 0, payload, 48 * i, 48);
            }
            assertThat(put(payload)).isTrue();
            assertThat(ring.take()).isEqualTo(payload);
            assertThat(ring.take()).isNull();
        }
    }

    @Test
    void shouldPutBatchAsFarAsThereIsRoom() throws Exception {
        List<byte[]> batch = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            batch.add(bytes(20, i));
        }
        int put = ring.put(batch, Deadline.NOW);
        assertThat(put).isEqualTo((int) ring.size()).isBetween(80, 90);
        List<byte[]> taken = new ArrayList<>();
        assertThat(ring.take(taken, 7, Integer.MAX_VALUE)).isEqualTo(7);
        taken.clear();
        assertThat(ring.take(taken, 1_000, Integer.MAX_VALUE)).isEqualTo(put - 7);
        assertThat(taken.get(0)).isEqualTo(bytes(20, 7));
        assertThat(ring.take(new ArrayList<>(), 1, Integer.MAX_VALUE)).isZero();
    }

    @Test
    void shouldKeepToMaxSize() throws Exception {
        leave();
        attach(3);
        for (int lap = 0; lap < 500; lap++) {
            for (int i = 0; i < 3; i++) {
                assertThat(ring.isFull(-1)).isFalse();
                assertThat(put(bytes(lap % 300, i))).isTrue();
            }
            assertThat(put(new byte[0])).isFalse();
            assertThat(ring.isFull(-1)).isTrue();
            assertThat(ring.take()).isEqualTo(bytes(lap % 300, 0));
            assertThat(put(bytes(1, 9))).isTrue();
            assertThat(put(new byte[0])).isFalse();
            assertThat(ring.take(new ArrayList<>(), 3, Integer.MAX_VALUE)).isEqualTo(3);
        }
    }

    @Test
    void shouldEndAfterWhatWasPutBeforeShutdown() throws Exception {
        put(new byte[] {1});
        ring.shutdown();
        ring.shutdown();
        assertThat(ring.isShutDown()).isTrue();
        assertThat(ring.put(new byte[] {2}, Deadline.NOW)).isEqualTo(Ring.SHUT_DOWN);
        assertThat(ring.put(List.of(new byte[] {2}), Deadline.NOW)).isEqualTo(Ring.SHUT_DOWN);
        assertThat(ring.size()).isEqualTo(1);
        assertThat(ring.take()).containsExactly(1);
        assertThat(ring.take()).isSameAs(Ring.OVER);
        assertThat(ring.isReady()).isTrue();
        assertThat(ring.take(new ArrayList<>(), 1, 1)).isZero();
        assertThat(ring.size()).isZero();
    }

    @Test
    void shouldShutDownWhenFull() throws Exception {
        for (int length = 0; length < 100; length++) {
            leave();
            attach(1_000_000 + length);
            int count = 0;
            while (put(bytes(length, count))) {
                count++;
            }
            ring.shutdown();
            for (int i = 0; i < count; i++) {
                assertThat(ring.take()).isEqualTo(bytes(length, i));
            }
            assertThat(ring.take()).isSameAs(Ring.OVER);
        }
    }

    /** As a death leaves it, or a leave by exception. */
    private void abandonMutex() {
        assertThat(mutex.tryLock()).isTrue();
        mutex.abandon();
    }

    /** What a producer leaves that dies between the stamp and the words that follow it. */
    @Test
    void shouldServeRecordsThatTailDoesNotKnow() throws Exception {
        for (int i = 0; i < 30; i++) {
            put(bytes(200, i));
            assertThat(ring.take()).isEqualTo(bytes(200, i));
        }
        for (long countOfDead = 30; countOfDead <= 31; countOfDead++) {
            long tail = region.getLong(RingLayout.TAIL);
            long count = region.getLong(RingLayout.COUNT);
            put(bytes(200, 99));
            region.putLong(RingLayout.TAIL, tail);
            region.putLong(RingLayout.COUNT, countOfDead == 30 ? count : count + 1);
            abandonMutex();
            assertThat(ring.size()).isEqualTo(1);
            assertThat(ring.count()).isEqualTo(count + 1);
            assertThat(ring.take()).isEqualTo(bytes(200, 99));
            assertThat(ring.size()).isZero();
            assertThat(ring.count()).isEqualTo(count + 1);
            put(bytes(200, 100));
            assertThat(ring.size()).isEqualTo(1);
            assertThat(ring.take()).isEqualTo(bytes(200, 100));
            assertThat(ring.count()).isEqualTo(count + 2);
        }
    }

    /** What a producer leaves that dies in a batch, behind a padding, before the words are stored. */
    @Test
    void shouldRepairWholeBatch() throws Exception {
        while (region.getLong(RingLayout.TAIL) < CAPACITY - 800) {
            put(bytes(200, 0));
            ring.take();
        }
        long tail = region.getLong(RingLayout.TAIL);
        long count = region.getLong(RingLayout.COUNT);
        assertThat(ring.put(List.of(bytes(300, 1), bytes(300, 2), bytes(300, 3), bytes(300, 4)), Deadline.NOW))
                .isEqualTo(4);
        assertThat(region.getLong(RingLayout.TAIL)).as("over the end").isGreaterThan(CAPACITY);
        region.putLong(RingLayout.TAIL, tail);
        region.putLong(RingLayout.COUNT, count);
        abandonMutex();
        assertThat(ring.size()).isEqualTo(4);
        assertThat(put(bytes(300, 5))).isTrue();
        assertThat(ring.size()).isEqualTo(5);
        for (int i = 1; i <= 5; i++) {
            assertThat(ring.take()).isEqualTo(bytes(300, i));
        }
        assertThat(ring.count()).isEqualTo(count + 5);
    }

    /** What others find is right at every moment of a batch, however often consumers let it go round the ring. */
    @Test
    void shouldCountRightWhileBatchGoesRoundTheRing() throws Exception {
        Ring other = ring();
        List<byte[]> taken = new ArrayList<>();
        List<byte[]> batch = batch(500, i -> {
            for (Ring each : List.of(ring, other)) {
                assertThat(each.count()).as("element %d", i).isEqualTo(i);
                assertThat(each.size()).isEqualTo(i - taken.size());
                assertThat(each.objection()).isNull();
                assertThat(each.isShutDown()).isFalse();
            }
            if (i % 4 == 0) {
                taken.addAll(take(other, 1 + i % 9));
                assertThat(other.isFull(100)).isFalse();
            }
        });
        assertThat(ring.put(batch, Deadline.NOW)).isEqualTo(500);
        taken.addAll(take(other, 100));
        assertThat(taken).hasSize(500);
        assertThat(region.getLong(RingLayout.HEAD)).as("laps").isGreaterThan(10 * CAPACITY);
    }

    @Test
    void shouldRepairBatchThatGoesRoundTheRing() throws Exception {
        long count = 0;
        for (int last = 1; last < 100; last++) {
            int dies = last;
            List<byte[]> taken = new ArrayList<>();
            List<byte[]> batch = batch(100, i -> {
                if (i == dies) {
                    throw new IllegalStateException("as if it died");
                }
                taken.addAll(take(ring, 1));
            });
            assertThatThrownBy(() -> ring.put(batch, Deadline.NOW)).isInstanceOf(IllegalStateException.class);
            count += dies;
            assertThat(ring.count()).isEqualTo(count);
            assertThat(put(bytes(10, 1))).isTrue();
            assertThat(ring.count()).isEqualTo(++count);
            taken.addAll(take(ring, 100));
            assertThat(taken).hasSize(dies + 1);
            assertThat(ring.size()).isZero();
        }
    }

    private static List<byte[]> take(Ring from, int max) {
        List<byte[]> taken = new ArrayList<>();
        from.take(taken, max, Integer.MAX_VALUE);
        return taken;
    }

    /** Of 100 bytes each; {@code before} runs under the mutex, before an element is looked at. */
    private static List<byte[]> batch(int size, IntConsumer before) {
        return new AbstractList<>() {
            @Override
            public byte[] get(int index) {
                before.accept(index);
                return bytes(100, index);
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    @Test
    void shouldFindClosedWhatDeadOneHasStampedOnly() throws Exception {
        put(bytes(10, 1));
        ring.shutdown();
        region.putInt(RingLayout.IS_CLOSED, 0);
        abandonMutex();
        assertThat(ring.put(bytes(10, 2), Deadline.NOW)).isEqualTo(Ring.SHUT_DOWN);
        assertThat(ring.put(bytes(10, 2), Deadline.NOW)).isEqualTo(Ring.SHUT_DOWN);
        assertThat(ring.take()).isEqualTo(bytes(10, 1));
        assertThat(ring.take()).isSameAs(Ring.OVER);
    }

    @Test
    void shouldLeaveRepairToOthersWhenClosedMeanwhile() throws Exception {
        long tail = region.getLong(RingLayout.TAIL);
        put(bytes(200, 1));
        region.putLong(RingLayout.TAIL, tail);
        region.putLong(RingLayout.COUNT, 0);
        abandonMutex();
        closed = true;
        assertThatThrownBy(() -> put(new byte[1])).isInstanceOf(QueueClosedException.class);
        assertThat(region.getLong(RingLayout.TAIL)).isEqualTo(tail);
        closed = false;
        put(bytes(200, 2));
        assertThat(ring.take()).isEqualTo(bytes(200, 1));
        assertThat(ring.take()).isEqualTo(bytes(200, 2));
        assertThat(ring.count()).isEqualTo(2);
    }

    @Test
    void shouldSayWhenThereIsRoomForMoreThanAFew() throws Exception {
        while (put(bytes(84, 0))) {}
        ring.take();
        ring.take();
        assertThat(ring.isFull(84)).isFalse();
        assertThat(ring.isNearlyFull(84)).isTrue();
        for (int i = 2; i < 6; i++) {
            ring.take();
        }
        assertThat(ring.isNearlyFull(84)).isFalse();
        assertThat(ring.isNearlyFull(MAX)).isTrue();
        leave();
        attach(2);
        put(new byte[1]);
        put(new byte[1]);
        assertThat(ring.isNearlyFull(1)).isTrue();
        ring.take();
        assertThat(ring.isNearlyFull(1)).isFalse();
    }

    @Test
    void shouldShowWithoutTaking() throws Exception {
        for (int i = 0; i < 25; i++) {
            put(bytes(300, i));
            ring.take();
        }
        for (int i = 0; i < 10; i++) {
            put(bytes(300, i));
        }
        Ring.Cursor cursor = ring.cursor();
        assertThat(ring.next(cursor)).isEqualTo(bytes(300, 0));
        put(bytes(300, 10));
        ring.take();
        ring.take();
        assertThat(ring.next(cursor)).isEqualTo(bytes(300, 2));
        for (int i = 3; i < 10; i++) {
            assertThat(ring.next(cursor)).isEqualTo(bytes(300, i));
        }
        assertThat(ring.next(cursor)).as("was put after the cursor was made").isNull();
    }

    @Test
    void shouldShowWhatIsThereWhenAllThatWasThereIsTaken() throws Exception {
        Ring.Cursor none = ring.cursor();
        put(bytes(300, 0));
        assertThat(ring.next(none)).isNull();
        for (int i = 1; i < 100; i++) {
            put(bytes(300, i));
            Ring.Cursor cursor = ring.cursor();
            ring.take();
            put(bytes(300, -i));
            ring.take();
            assertThat(ring.next(cursor)).as("lap %d", i).isEqualTo(bytes(300, -i));
            assertThat(ring.next(cursor)).isNull();
        }
        Ring.Cursor cursor = ring.cursor();
        ring.take();
        assertThat(ring.next(cursor)).isNull();
    }

    @Test
    void shouldHaveTakenNothingIfTakingFails() throws Exception {
        for (int i = 0; i < 4; i++) {
            put(bytes(300, i));
        }
        for (int room = 0; room < 4; room++) {
            int most = room;
            List<byte[]> target = new ArrayList<>() {
                private static final long serialVersionUID = 1L;

                @Override
                public boolean add(byte[] payload) {
                    if (size() == most) {
                        throw new OutOfMemoryError("Java heap space");
                    }
                    return super.add(payload);
                }
            };
            assertThatThrownBy(() -> ring.take(target, 4, 1 << 20)).isInstanceOf(OutOfMemoryError.class);
            assertThat(target).isEmpty();
            assertThat(ring.size()).isEqualTo(4);
        }
    }

    @Test
    void shouldTouchNothingWhenClosedMeanwhile() throws Exception {
        closed = true;
        assertThatThrownBy(() -> put(new byte[1])).isInstanceOf(QueueClosedException.class);
        assertThat(mutex.isHeldByMe()).isFalse();
        closed = false;
        assertThat(ring.size()).isZero();
    }

    @Test
    void shouldRefuseLengthThatCannotBe() throws Exception {
        for (int length : new int[] {-1, MAX + 1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            leave();
            attach(2_000_000L + Integer.toUnsignedLong(length));
            put(new byte[1]);
            region.putInt(RingLayout.DATA + RingLayout.RECORD_LENGTH, length);
            assertThatThrownBy(ring::take)
                    .isInstanceOf(QueueStorageException.class)
                    .hasMessageContaining("offset=" + RingLayout.DATA);
            assertThatThrownBy(() -> ring.take(new ArrayList<>(), 5, 5)).isInstanceOf(QueueStorageException.class);
        }
    }

    @Test
    void shouldRefuseWordsThatContradictEachOther() throws Exception {
        put(new byte[1]);
        assertThat(ring.objection()).isNull();
        for (long head : new long[] {-16, 8, 2 * CAPACITY}) {
            region.putLong(RingLayout.HEAD, head);
            assertThatThrownBy(() -> SharedQueue.open(attachment.files().directory(), byte[].class))
                    .isInstanceOf(RegionFormatException.class)
                    .hasMessageContaining("head=" + head);
        }
        region.putLong(RingLayout.HEAD, 0);
        region.putLong(RingLayout.DATA, 0);
        assertThatThrownBy(() -> SharedQueue.open(attachment.files().directory(), byte[].class))
                .isInstanceOf(RegionFormatException.class)
                .hasMessageContaining("the first record is damaged: offset=" + RingLayout.DATA);
    }

    @Test
    void shouldDoAsArrayDequeDoes() throws Exception {
        long seed = Long.getLong("ipcq.seed", System.nanoTime());
        System.out.println("RingTest: -Dipcq.seed=" + seed);
        Random random = new Random(seed);
        leave();
        attach(1 + random.nextInt(60));
        long maxSize = attachment.control().options().maxSize();
        Deque<byte[]> model = new ArrayDeque<>();
        for (int step = 0; step < 200_000; step++) {
            String where = "seed " + seed + ", step " + step;
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    byte[] payload = randomPayload(random);
                    boolean full = ring.isFull(payload.length);
                    assertThat(put(payload)).as(where).isEqualTo(!full);
                    if (!full) {
                        model.add(payload);
                    }
                }
                case 2 -> {
                    List<byte[]> batch = new ArrayList<>();
                    for (int i = random.nextInt(10); i >= 0; i--) {
                        batch.add(randomPayload(random));
                    }
                    model.addAll(batch.subList(0, ring.put(batch, Deadline.NOW)));
                }
                case 3, 4 ->
                    assertThat(Arrays.equals(ring.take(), model.poll()))
                            .as(where)
                            .isTrue();
                default -> {
                    List<byte[]> taken = new ArrayList<>();
                    int max = 1 + random.nextInt(10);
                    ring.take(taken, max, 1 + random.nextInt(3_000));
                    assertThat(taken).as(where).hasSizeBetween(Math.min(1, model.size()), max);
                    taken.forEach(payload -> assertThat(Arrays.equals(payload, model.poll()))
                            .as(where)
                            .isTrue());
                }
            }
            assertThat(ring.size()).as(where).isEqualTo(model.size()).isLessThanOrEqualTo(maxSize);
            assertThat(ring.isReady()).as(where).isEqualTo(!model.isEmpty());
        }
    }

    private static byte[] randomPayload(Random random) {
        byte[] payload = new byte[random.nextInt((MAX >> random.nextInt(8)) + 1)];
        random.nextBytes(payload);
        return payload;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RegionFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("once")
class UseTimesTest {

    private static final int CREATED = MappedRegion.HEADER_BYTES;
    private static final int LAST_PUT = CREATED + Long.BYTES;
    private static final int LAST_TAKE = LAST_PUT + Long.BYTES;
    private static final int TABLE = 128;
    private static final long BEGIN = 1_000_000;

    @TempDir
    Path directory;

    private MappedRegion region;
    private UseTimes times;

    @BeforeEach
    void create() throws IOException {
        RegionFormat format = new RegionFormat("times", 0x4950_4351_5449_4D45L, 1);
        region = MappedRegion.create(directory.resolve("times"), format, TABLE + UseTimes.BYTES, words -> {});
        times = new UseTimes(region, CREATED, LAST_PUT, LAST_TAKE, TABLE);
    }

    @Test
    void shouldSayTheTimeOfTheNewestEntryAtAPlaceOrBefore() {
        assertThat(times.timeOf(0)).isZero();
        times.notePlace(10, 0, 1000);
        times.notePlace(20, 0, 2000);
        assertThat(times.timeOf(9)).as("there was nothing yet").isZero();
        assertThat(times.timeOf(10)).isEqualTo(1000);
        assertThat(times.timeOf(19)).isEqualTo(1000);
        assertThat(times.timeOf(20)).isEqualTo(2000);
        assertThat(times.timeOf(Long.MAX_VALUE)).isEqualTo(2000);
    }

    private static long timeOfPut(long place) {
        return BEGIN + place * UseTimes.RESOLUTION_MILLIS;
    }

    /** A short backlog, however long the queue has been used: each element has its own time. */
    @Test
    void shouldBeExactWhileAllEntriesThatAreWantedHaveRoom() {
        for (long place = 0; place < 10_000; place++) {
            long head = Math.max(0, place - UseTimes.ENTRIES + 1);
            times.notePlace(place, head, timeOfPut(place));
            for (long each = head; each <= place; each++) {
                assertThat(times.timeOf(each)).isEqualTo(timeOfPut(each));
            }
        }
    }

    /** Backlogs that grow all the time, of an hour, a day and ten days. */
    @ParameterizedTest
    @CsvSource({"14400, 0.25", "345600, 0.34", "3456000, 0.4"})
    void shouldNeverSayLaterAndNotMuchEarlierThanItWas(long puts, double part) {
        long last = puts - 1;
        for (long place = 0; place <= last; place++) {
            times.notePlace(place, UseTimes.NOWHERE, timeOfPut(place));
        }
        long step = Math.max(7, puts / 50_000);
        double worst = 0;
        for (long place = 0; place <= last; place += place > last - 1000 ? 1 : step) {
            long said = times.timeOf(place);
            assertThat(said).isBetween(BEGIN, timeOfPut(place));
            double age = timeOfPut(last) - said + UseTimes.RESOLUTION_MILLIS;
            worst = Math.max(worst, (timeOfPut(place) - said) / age);
        }
        System.out.println("UseTimesTest: puts=" + puts + ", too early by at most " + worst + " of what is said");
        assertThat(worst).isLessThan(part);
        assertThat(times.timeOf(last)).isEqualTo(timeOfPut(last));
    }

    @Test
    void shouldForgetWhatNeverCame() {
        times.notePlace(5, 0, 1000);
        times.notePlace(5, 0, 9000);
        assertThat(times.timeOf(5)).as("who noted it first has died").isEqualTo(9000);
        times.notePlace(8, 0, 10_000);
        times.notePlace(3, 0, 11_000);
        assertThat(times.timeOf(8)).as("after a crash of the machine").isEqualTo(11_000);
    }

    /** It dies after each of its three stores. */
    @Test
    void shouldStandTheDeathOfWhoNotes() {
        for (int stores = 0; stores < 3; stores++) {
            for (long place = 0; place < 200; place++) {
                times.notePlace(place, UseTimes.NOWHERE, timeOfPut(place));
            }
            for (int entry = 1; entry < UseTimes.ENTRIES; entry += 7) {
                region.putLong(TABLE + (long) entry * UseTimes.ENTRY_BYTES, 0);
                if (stores > 0) {
                    region.putLong(TABLE + (long) entry * UseTimes.ENTRY_BYTES + UseTimes.ENTRY_TIME, Long.MAX_VALUE);
                }
            }
            for (long place = 0; place < 200; place++) {
                assertThat(times.timeOf(place)).isBetween(BEGIN, timeOfPut(place));
            }
            times.notePlace(200, UseTimes.NOWHERE, timeOfPut(200));
            assertThat(times.timeOf(200)).isEqualTo(timeOfPut(200));
            assertThat(times.timeOf(199)).isLessThanOrEqualTo(timeOfPut(199));
        }
    }

    /** While one notes as fast as it can, nobody sees the time of another place. */
    @Test
    void shouldShowOneEntryAtATime() throws Exception {
        AtomicLong noted = new AtomicLong(-1);
        AtomicBoolean ends = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            for (long place = 0; !ends.get(); place++) {
                times.notePlace(place, place - 20, timeOfPut(place));
                noted.set(place);
            }
        });
        writer.start();
        try {
            Random random = new Random(7);
            for (int i = 0; i < 300_000; i++) {
                long place = noted.get() + random.nextInt(40) - 20;
                assertThat(times.timeOf(place)).isLessThanOrEqualTo(timeOfPut(place));
            }
        } finally {
            ends.set(true);
            writer.join();
        }
    }

    @Test
    void shouldNoteAPutWhenTheLastOneIsPastOrTheClockWasSetBack() {
        assertThat(times.isPutDue(BEGIN)).isTrue();
        times.notePut(BEGIN);
        assertThat(times.isPutDue(BEGIN + UseTimes.RESOLUTION_MILLIS - 1)).isFalse();
        assertThat(times.isPutDue(BEGIN + UseTimes.RESOLUTION_MILLIS)).isTrue();
        assertThat(times.isPutDue(BEGIN - 1000))
                .as("the clock of another process")
                .isFalse();
        assertThat(times.isPutDue(BEGIN - 3_600_000)).isTrue();
    }

    @Test
    void shouldNoteTakesInOrder() {
        times.noteTake(BEGIN);
        times.noteTake(BEGIN - 1);
        times.noteTake(BEGIN + 1);
        assertThat(region.getLong(LAST_TAKE)).isEqualTo(BEGIN);
        times.noteTake(BEGIN + 1000);
        assertThat(region.getLong(LAST_TAKE)).isEqualTo(BEGIN + 1000);
    }

    @Test
    void shouldSayNothingOfWhatWasNot() {
        assertThat(times.times(0)).isEqualTo(QueueTimes.UNKNOWN);
        times.noteCreation();
        assertThat(times.times(0).created()).isNotNull();
        assertThat(times.times(0).idle()).isNotNull();
        assertThat(times.times(0).oldestAge()).isNull();
    }

    @Test
    void shouldBeNoAgeBeforeItsTime() {
        long future = System.currentTimeMillis() + 3_600_000;
        assertThat(times.times(future).oldestAge()).as("the clock was set back").isZero();
    }
}

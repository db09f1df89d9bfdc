// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.queue.Ledger.Kind.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.Ledger.Entry;
import io.ipcq.queue.Ledger.Kind;
import io.ipcq.queue.LedgerChecker.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checker that finds nothing is worth nothing: each kind of fault is planted and must be found. */
class LedgerCheckerTest {

    private static final List<Entry> PRODUCER =
            List.of(entry(BEGUN, 0), entry(PUT, 0), entry(BEGUN, 1), entry(PUT, 1), entry(BEGUN, 2));

    @TempDir
    Path directory;

    private static Entry entry(Kind kind, long sequence) {
        return entry(kind, sequence, 1);
    }

    private static Entry entry(Kind kind, long sequence, int attempt) {
        return new Entry(kind, 7, sequence, attempt, 0);
    }

    private static Report check(Entry... consumer) {
        return LedgerChecker.check(List.of(PRODUCER, List.of(consumer)));
    }

    @Test
    void shouldAcceptWhatIsInOrder() {
        Report report = check(entry(GOT, 0), entry(GOT, 1));
        assertThat(report.isCleanWithLossesUpTo(0)).isTrue();
        assertThat(report.put()).isEqualTo(2);
        assertThat(report.begun()).isEqualTo(3);
        assertThat(report.recovered()).isZero();
    }

    @Test
    void shouldAcceptElementOfUnreturnedPutOnce() {
        Report once = check(entry(GOT, 0), entry(GOT, 1), entry(GOT, 2));
        assertThat(once.isCleanWithLossesUpTo(0)).isTrue();
        assertThat(once.recovered()).isEqualTo(1);
        Report twice = LedgerChecker.check(
                List.of(PRODUCER, List.of(entry(GOT, 0), entry(GOT, 1), entry(GOT, 2)), List.of(entry(GOT, 2))));
        assertThat(twice.duplicates()).hasSize(1);
    }

    @Test
    void shouldFindLoss() {
        Report report = check(entry(GOT, 0));
        assertThat(report.lost()).containsExactly("7:1");
        assertThat(report.isCleanWithLossesUpTo(0)).isFalse();
        assertThat(report.isCleanWithLossesUpTo(1)).isTrue();
    }

    @Test
    void shouldFindLossOfWhatWasReceivedAndNeverAcknowledged() {
        Report report = check(entry(RECEIVED, 0), entry(ACKING, 0), entry(ACKED, 0), entry(RECEIVED, 1));
        assertThat(report.lost()).containsExactly("7:1 (given out, then lost)");
    }

    @Test
    void shouldFindLossOfWhatWasAcknowledgedTooLateOnly() {
        Report report = check(entry(GOT, 0), entry(RECEIVED, 1), entry(ACKING, 1), entry(LATE, 1));
        assertThat(report.lost()).hasSize(1);
        assertThat(report.late()).isEqualTo(1);
    }

    @Test
    void shouldFindUnexpected() {
        assertThat(check(entry(GOT, 0), entry(GOT, 1), entry(GOT, 9)).unexpected())
                .containsExactly("7:9");
    }

    @Test
    void shouldTellDeclaredFromUndeclaredRedelivery() {
        Report declared =
                check(entry(GOT, 0), entry(RECEIVED, 1, 1), entry(RECEIVED, 1, 2), entry(ACKING, 1), entry(ACKED, 1));
        assertThat(declared.isCleanWithLossesUpTo(0)).isTrue();
        assertThat(declared.redelivered()).isEqualTo(1);
        Report undeclared =
                LedgerChecker.check(List.of(PRODUCER, List.of(entry(RECEIVED, 1)), List.of(entry(RECEIVED, 1))));
        assertThat(undeclared.duplicates()).hasSize(1);
    }

    @Test
    void shouldFindElementThatWasAcknowledgedTwice() {
        Report report = check(
                entry(GOT, 0),
                entry(RECEIVED, 1, 1),
                entry(ACKING, 1),
                entry(ACKED, 1),
                entry(RECEIVED, 1, 2),
                entry(ACKING, 1),
                entry(ACKED, 1));
        assertThat(report.duplicates()).hasSize(1);
    }

    @Test
    void shouldFindDisorderAtOneConsumerOnly() {
        assertThat(check(entry(GOT, 1), entry(GOT, 0)).disordered()).containsExactly("7:0 after 1");
        assertThat(LedgerChecker.check(List.of(PRODUCER, List.of(entry(GOT, 1)), List.of(entry(GOT, 0))))
                        .isCleanWithLossesUpTo(0))
                .isTrue();
    }

    /** {@code get} does not say so, but what somebody had received before is out of its turn. */
    @Test
    void shouldNotAskForOrderOfWhatIsGotAfterItWasReceived() {
        Report bySame = check(entry(RECEIVED, 0), entry(GOT, 0), entry(GOT, 1));
        assertThat(bySame.disordered()).isEmpty();
        assertThat(bySame.isCleanWithLossesUpTo(0)).isTrue();
        assertThat(bySame.redelivered()).isEqualTo(1);
        Report byAnother = LedgerChecker.check(
                List.of(PRODUCER, List.of(entry(GOT, 1), entry(GOT, 0)), List.of(entry(RECEIVED, 0))));
        assertThat(byAnother.isCleanWithLossesUpTo(0)).isTrue();
        Report afterwards = check(entry(RECEIVED, 0), entry(GOT, 0), entry(GOT, 2), entry(GOT, 1));
        assertThat(afterwards.disordered()).containsExactly("7:1 after 2");
    }

    @Test
    void shouldReadWhatWasWrittenUpToACutRecord() throws IOException {
        try (Ledger ledger = Ledger.create(directory, "one")) {
            ledger.writeRange(BEGUN, 7, 3, 2, 0);
            ledger.write(RECEIVED, 7, 3, 5);
        }
        Path file = directory.resolve("one.ledger");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
        assertThat(Ledger.read(directory, "one")).extracting(Entry::sequence).containsExactly(3L, 4L);
        Files.write(file, bytes);
        assertThat(Ledger.readAll(directory).get(0).get(2).attempt()).isEqualTo(5);
    }
}

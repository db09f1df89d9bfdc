// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.codec.CodecException;
import io.ipcq.observe.AttachedProcess;
import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.QueueWatch;
import io.ipcq.observe.Stall;
import io.ipcq.observe.StallRules;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueGlance;
import io.ipcq.queue.QueueGlances;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The queues that the page shows, and what it does with them. The page knows a queue by a number: its path is text of
 * others.
 *
 * <p>Thread-safe.
 */
final class WebQueues {

    /** More rows, nobody reads. */
    static final int MOST = 500;

    /** More elements at once, nobody reads, nor more of one. */
    private static final int MOST_ELEMENTS = 50;

    private static final int MOST_BYTES = 4096;

    /** A second is enough to tell a stall from a pause. */
    private static final Duration WATCH = Duration.ofSeconds(1);

    /** As many dead letters are looked through for one. */
    private static final int MOST_LETTERS = 10_000;

    /**
     * A queue in a row.
     *
     * @param id by which the page names it
     * @param deadLetters how many there are
     * @param line what is known otherwise
     */
    record Row(int id, long deadLetters, QueueLine line) {}

    /**
     * What can be seen of a process that is attached.
     *
     * @param oldestLeaseNanos -1 if it has none
     */
    record ProcessRow(
            @Nullable Long pid,
            @Nullable String state,
            @Nullable String user,
            @Nullable Instant started,
            String program,
            boolean stopped,
            String role,
            List<String> waitsFor,
            List<String> holds,
            int leases,
            long oldestLeaseNanos) {}

    record StallRow(String kind, String sentence) {}

    /**
     * What is known of one queue after it was watched.
     *
     * @param processes null if this system does not say
     */
    record Detail(int id, @Nullable List<ProcessRow> processes, List<StallRow> stalls) {}

    /**
     * An element, or its beginning.
     *
     * @param bytes how long it is
     * @param text null if it is none
     * @param cut whether more follows
     * @param number of a dead letter; -1 of others
     * @param attempts of a dead letter
     * @param reason of a dead letter
     */
    record Element(
            long bytes,
            @Nullable String text,
            String hex,
            boolean cut,
            long number,
            int attempts,
            @Nullable String reason) {}

    record Elements(String codec, List<Element> elements) {}

    private final List<QueueName> places;
    private final StallRules rules;
    private final List<QueueName> known = new ArrayList<>(); // guarded by this, as is the next one
    private final Map<QueueName, Integer> ids = new HashMap<>();

    WebQueues(List<QueueName> places, StallRules rules) {
        this.places = List.copyOf(places);
        this.rules = rules;
    }

    // ---- looking ----------------------------------------------------------------------------------------------------

    /** Looks at the same queues as {@link #rows} and compares, for one thread. */
    TopSampler sampler(Surroundings surroundings) {
        return new TopSampler(new QueuePlaces(places), rules, surroundings);
    }

    /** All that there are now, but no more than anybody reads. */
    List<Row> rows() throws IOException {
        QueueGlances glances = new QueueGlances();
        return QueuePlaces.candidates(places).stream()
                .map(candidate -> row(candidate, glances))
                .filter(Objects::nonNull)
                .limit(MOST)
                .toList();
    }

    /** Null if there is no queue. */
    private @Nullable Row row(Path directory, QueueGlances glances) {
        QueueName queue = new QueueName(directory);
        try {
            QueueGlance seen = glances.at(directory);
            return seen == null ? null : new Row(id(queue), glances.deadLetters(seen), QueueLine.of(seen, null));
        } catch (IOException | RuntimeException | InternalError e) {
            return new Row(id(queue), 0, QueueLine.damaged(directory, FailureReport.describe(e)));
        }
    }

    private synchronized int id(QueueName queue) {
        return ids.computeIfAbsent(queue, first -> {
            known.add(first);
            return known.size() - 1;
        });
    }

    private synchronized QueueName queue(int id) {
        if (id < 0 || id >= known.size()) {
            throw new IllegalArgumentException("there is no such queue: id=" + id);
        }
        return known.get(id);
    }

    /** Watches it for a second. */
    Detail detail(int id) throws IOException, InterruptedException {
        try (QueueView view = queue(id).look()) {
            QueueWatch watch = QueueWatch.of(view, WATCH);
            List<Stall> stalls = rules.of(watch);
            List<AttachedProcess> attached = watch.last().attached();
            return new Detail(
                    id,
                    attached == null
                            ? null
                            : attached.stream().map(WebQueues::process).toList(),
                    stalls.stream()
                            .map(stall -> new StallRow(stall.kind().toString(), stall.sentence()))
                            .toList());
        }
    }

    private static ProcessRow process(AttachedProcess attached) {
        ProcessSight process = attached.process();
        return new ProcessRow(
                process == null ? null : process.pid(),
                process == null ? null : String.valueOf(process.state()),
                process == null ? null : process.user(),
                process == null ? null : process.started(),
                process == null ? "not to be seen from here" : process.program(),
                process != null && process.isStopped(),
                attached.role().toString(),
                strings(attached.waitsFor()),
                strings(attached.holds()),
                attached.leases(),
                attached.oldestLeaseNanos());
    }

    private static List<String> strings(Collection<?> words) {
        return words.stream().map(String::valueOf).sorted().toList();
    }

    /** The first elements that can be taken. */
    Elements elements(int id) throws IOException {
        try (QueueView view = queue(id).look();
                Stream<byte[]> all = view.browse()) {
            ElementText text = new ElementText(view.codecId());
            return new Elements(
                    view.codecId(),
                    all.limit(MOST_ELEMENTS)
                            .map(element -> preview(text, element, -1, 0, null))
                            .toList());
        }
    }

    /** The first dead letters. */
    Elements letters(int id) throws IOException {
        try (QueueView view = queue(id).look();
                QueueView letters = view.deadLetters()) {
            List<Element> found = new ArrayList<>();
            if (letters != null) {
                ElementText text = new ElementText(view.codecId());
                try (Stream<byte[]> all = letters.browse()) {
                    all.limit(MOST_ELEMENTS).forEach(letter -> found.add(preview(text, letter)));
                }
            }
            return new Elements(view.codecId(), found);
        }
    }

    private static Element preview(ElementText text, byte[] encoded) {
        try {
            DeadLetter letter = DeadLetter.codec().decode(encoded);
            return preview(text, letter.bytes(), letter.number(), letter.attempts(), letter.reason());
        } catch (CodecException damaged) {
            return preview(text, encoded, -1, 0, damaged.getMessage());
        }
    }

    private static Element preview(
            ElementText text, byte[] element, long number, int attempts, @Nullable String reason) {
        byte[] shown = element.length <= MOST_BYTES ? element : Arrays.copyOf(element, MOST_BYTES);
        return new Element(
                element.length,
                text.isReadable() ? text.text(shown) : null,
                HexFormat.of().formatHex(shown),
                shown.length < element.length,
                number,
                attempts,
                reason);
    }

    // ---- changing ---------------------------------------------------------------------------------------------------

    /** Puts an element as it is typed; false if there is no room. */
    boolean put(int id, String line) throws IOException {
        try (SharedQueue<byte[]> opened = queue(id).open()) {
            return opened.offer(new ElementText(opened.codecId()).parse(line.getBytes(StandardCharsets.UTF_8), false));
        }
    }

    /** Puts a dead letter back; false if it is not there any more. */
    boolean requeue(int id, long number) throws IOException, InterruptedException {
        try (DurableQueue<byte[]> opened = queue(id).openDurable()) {
            return withLetter(opened, number, letter -> QueueMove.put(opened, letter.bytes()));
        }
    }

    /** Removes a dead letter for good; false if it is not there any more. */
    boolean discard(int id, long number) throws IOException, InterruptedException {
        try (DurableQueue<byte[]> opened = queue(id).openDurable()) {
            return withLetter(opened, number, letter -> {});
        }
    }

    /** Does something with one of the dead letters, which then is removed; the others stay as they are. */
    private static boolean withLetter(DurableQueue<?> opened, long number, Consumer<DeadLetter> action)
            throws InterruptedException {
        List<Delivery<DeadLetter>> held = new ArrayList<>();
        try (DurableQueue<DeadLetter> letters = opened.deadLetters()) {
            try {
                while (held.size() < MOST_LETTERS) {
                    Delivery<DeadLetter> letter = letters.receive(Duration.ZERO);
                    if (letter == null) {
                        return false;
                    }
                    held.add(letter);
                    if (letter.value().number() == number) {
                        action.accept(letter.value());
                        letter.ack();
                        held.remove(held.size() - 1);
                        return true;
                    }
                }
                return false;
            } finally {
                held.forEach(Delivery::release);
            }
        }
    }

    /** Puts all dead letters back that there are now; how many. */
    long requeueAll(int id) throws IOException, InterruptedException {
        try (DurableQueue<byte[]> opened = queue(id).openDurable();
                DurableQueue<DeadLetter> letters = opened.deadLetters()) {
            ElementTaker<DeadLetter> taker =
                    new ElementTaker<>(letters, letter -> QueueMove.put(opened, letter.bytes()));
            long most = letters.qsize();
            long done = 0;
            while (done < most && taker.next(Duration.ZERO)) {
                done++;
            }
            return done;
        }
    }
}

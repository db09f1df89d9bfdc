// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.QueueGlances;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Parameters;

/**
 * Where to look for queues: in directories, and at those that the directories are; without one, for those that have no
 * path.
 */
final class QueuePlaces {

    /** As many queues are looked at by one thread. */
    private static final int AT_ONCE = 250;

    @Parameters(arity = "0..*", paramLabel = "DIRECTORY", description = "Where to look.")
    private List<QueueName> places = new ArrayList<>();

    QueuePlaces() {}

    QueuePlaces(List<QueueName> places) {
        this.places = places;
    }

    /**
     * Where to look.
     *
     * @throws IllegalArgumentException if one is an address: nothing is to be seen there
     */
    List<QueueName> named() {
        places.forEach(QueueName::directory);
        return places;
    }

    List<QueueName> queues() throws IOException {
        return queues(places);
    }

    /** The queues that are in places now, and those that the places are; without one, those that have no path. */
    static List<QueueName> queues(List<QueueName> places) throws IOException {
        List<QueueName> queues = new ArrayList<>();
        if (places.isEmpty()) {
            SharedQueue.anonymousDirectories().forEach(directory -> queues.add(new QueueName(directory)));
        }
        for (QueueName place : places) {
            if (QueueView.isThere(place.directory())) {
                queues.add(place);
            } else {
                queues.addAll(below(place.directory()));
            }
        }
        return queues;
    }

    private static List<QueueName> below(Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(QueueView::isThere)
                    .sorted()
                    .map(QueueName::new)
                    .toList();
        }
    }

    /** The same queues, each with what a glance at it shows. */
    List<QueueLine> lines() throws IOException {
        return lines(candidates(places));
    }

    /** What may be a queue: the places that are, what is in the others, and without one those that have no path. */
    static List<Path> candidates(List<QueueName> places) throws IOException {
        List<Path> candidates = new ArrayList<>();
        if (places.isEmpty()) {
            candidates.addAll(SharedQueue.anonymousDirectories());
        }
        for (QueueName place : places) {
            if (QueueView.isThere(place.directory())) {
                candidates.add(place.directory());
            } else {
                try (Stream<Path> entries = Files.list(place.directory())) {
                    entries.sorted().forEach(candidates::add);
                }
            }
        }
        return candidates;
    }

    /** A glance at each, where there is a queue, in this order; by several threads, if there are many. */
    static List<QueueLine> lines(List<Path> candidates) {
        int parts = (candidates.size() + AT_ONCE - 1) / AT_ONCE;
        IntStream numbers = IntStream.range(0, parts);
        return (parts > 1 ? numbers.parallel() : numbers)
                .mapToObj(part ->
                        part(candidates.subList(part * AT_ONCE, Math.min(candidates.size(), (part + 1) * AT_ONCE))))
                .flatMap(List::stream)
                .toList();
    }

    private static List<QueueLine> part(List<Path> candidates) {
        QueueGlances glances = new QueueGlances();
        return candidates.stream()
                .map(candidate -> QueueLine.of(candidate, glances))
                .filter(Objects::nonNull)
                .toList();
    }
}

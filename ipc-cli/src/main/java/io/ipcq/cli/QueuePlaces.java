// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Parameters;

/**
 * Where to look for queues: in directories, and at those that the directories are; without one, for those that have no
 * path.
 */
final class QueuePlaces {

    @Parameters(arity = "0..*", paramLabel = "DIRECTORY", description = "Where to look.")
    private List<QueueName> places = new ArrayList<>();

    QueuePlaces() {}

    QueuePlaces(List<QueueName> places) {
        this.places = places;
    }

    /** Where to look. */
    List<QueueName> named() {
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
}

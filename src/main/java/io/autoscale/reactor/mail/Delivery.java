package io.autoscale.reactor.mail;

import jakarta.mail.Address;
import jakarta.mail.SendFailedException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** Tells what became of a notice that the mail server did not take for everybody. */
public final class Delivery {

    /**
     * The addresses that the mail server refused while it took the notice for others, who must not get it again.
     *
     * @throws SendFailedException if it took the notice for nobody
     */
    public List<String> refused(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) SendFailedException failure)
            throws SendFailedException {
        if (addresses(failure.getValidSentAddresses()).findAny().isEmpty()) {
            throw failure;
        }
        return Stream.concat(addresses(failure.getInvalidAddresses()), addresses(failure.getValidUnsentAddresses()))
                .map(Address::toString)
                .toList();
    }

    private static Stream<Address> addresses(Address[] addresses) {
        return addresses == null ? Stream.empty() : Arrays.stream(addresses);
    }
}

//! Recipients: who is told of which outcome.

use tieout_model::Outcome;

/// A name and a mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Display name.
    pub name: String,
    /// Mail address.
    pub email: String,
}

/// An address and the outcomes of which it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// The address.
    pub address: Address,
    /// The outcomes.
    pub on: Vec<Outcome>,
}

/// The addresses to tell of `outcome`, in the order of the definition, each address once whatever its case.
pub fn recipients_for(outcome: Outcome, subscribers: &[Subscriber]) -> Vec<Address> {
    let mut recipients: Vec<Address> = Vec::new();
    for subscriber in subscribers.iter().filter(|subscriber| subscriber.on.contains(&outcome)) {
        let address = &subscriber.address;
        if !recipients.iter().any(|known| known.email.eq_ignore_ascii_case(&address.email)) {
            recipients.push(address.clone());
        }
    }
    recipients
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscriber(email: &str, on: &[Outcome]) -> Subscriber {
        Subscriber { address: Address { name: email.to_owned(), email: email.to_owned() }, on: on.to_vec() }
    }

    #[test]
    fn each_is_told_of_the_outcomes_they_asked_for_and_once() {
        let subscribers = [
            subscriber("owner@example.com", &[Outcome::Clean, Outcome::Exceptions]),
            subscriber("cfo@example.com", &[Outcome::NotOperated]),
            subscriber("OWNER@example.com", &[Outcome::Exceptions, Outcome::NotOperated]),
        ];
        let told = |outcome| -> Vec<String> {
            recipients_for(outcome, &subscribers).into_iter().map(|address| address.email).collect()
        };
        assert_eq!(told(Outcome::Clean), ["owner@example.com"]);
        assert_eq!(told(Outcome::Exceptions), ["owner@example.com"]);
        assert_eq!(told(Outcome::NotOperated), ["cfo@example.com", "OWNER@example.com"]);
    }
}

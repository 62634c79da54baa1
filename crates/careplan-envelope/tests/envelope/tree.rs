//! DER as a tree that a test can bend and write again.

/// An element: its tag octet, and either bytes or further elements.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) tag: u8,
    pub(crate) bytes: Vec<u8>,
    pub(crate) children: Vec<Node>,
}

impl Node {
    pub(crate) fn parse(der: &[u8]) -> Self {
        let (node, rest) = Self::take(der);
        assert!(rest.is_empty());
        node
    }

    pub(crate) fn leaf(tag: u8, bytes: &[u8]) -> Self {
        Self { tag, bytes: bytes.to_vec(), children: Vec::new() }
    }

    pub(crate) fn holding(tag: u8, children: Vec<Node>) -> Self {
        Self { tag, bytes: Vec::new(), children }
    }

    fn take(der: &[u8]) -> (Self, &[u8]) {
        let (tag, first) = (der[0], usize::from(der[1]));
        let (len, start) = if first < 0x80 {
            (first, 2)
        } else {
            let octets = first - 0x80;
            (der[2..2 + octets].iter().fold(0, |len, b| len << 8 | usize::from(*b)), 2 + octets)
        };
        let (value, rest) = (&der[start..start + len], &der[start + len..]);
        let mut node = Self { tag, bytes: Vec::new(), children: Vec::new() };
        if tag & 0x20 == 0 {
            node.bytes = value.to_vec();
        } else {
            let mut left = value;
            while !left.is_empty() {
                let (child, after) = Self::take(left);
                node.children.push(child);
                left = after;
            }
        }
        (node, rest)
    }

    pub(crate) fn at(&mut self, path: &[usize]) -> &mut Node {
        path.iter().fold(self, |node, step| &mut node.children[*step])
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let value = if self.tag & 0x20 == 0 {
            self.bytes.clone()
        } else {
            self.children.iter().flat_map(Node::der).collect()
        };
        [header(self.tag, value.len()), value].concat()
    }

    /// The same in BER with an indefinite length here and below.
    pub(crate) fn indefinite(&self) -> Vec<u8> {
        if self.tag & 0x20 == 0 {
            return self.der();
        }
        let inside: Vec<u8> = self.children.iter().flat_map(Node::indefinite).collect();
        [vec![self.tag, 0x80], inside, vec![0, 0]].concat()
    }
}

pub(crate) fn header(tag: u8, len: usize) -> Vec<u8> {
    if len < 0x80 {
        return vec![tag, len as u8];
    }
    let octets: Vec<u8> = len.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
    [vec![tag, 0x80 | octets.len() as u8], octets].concat()
}

/// An OBJECT IDENTIFIER from its dotted form.
pub(crate) fn oid(dotted: &str) -> Node {
    Node::leaf(0x06, der::oid::ObjectIdentifier::new_unwrap(dotted).as_bytes())
}

/// Every message that differs from `message` by one flipped bit in `range`.
pub(crate) fn flipped(
    message: &[u8],
    range: std::ops::Range<usize>,
) -> impl Iterator<Item = (usize, Vec<u8>)> {
    range.flat_map(move |place| {
        (0..8).map(move |bit| {
            let mut changed = message.to_vec();
            changed[place] ^= 1 << bit;
            (place, changed)
        })
    })
}

/// Where `part` lies in `message`; it must lie there once.
pub(crate) fn place_of(part: &[u8], message: &[u8]) -> std::ops::Range<usize> {
    let places: Vec<_> =
        message.windows(part.len()).enumerate().filter(|(_, w)| *w == part).map(|(place, _)| place).collect();
    assert_eq!(places.len(), 1);
    places[0]..places[0] + part.len()
}

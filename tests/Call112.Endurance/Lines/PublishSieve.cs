namespace Call112.Endurance.Lines;

/// <summary>
/// Takes PUBLISH packets out of one direction of an MQTT connection. It knows of MQTT only where a packet begins, how long it is and whether it is
/// a PUBLISH. It must be given every byte from the connection's first one on; a packet goes through as a whole or not at all, whenever the word
/// changes. What is not MQTT passes unharmed while nothing is dropped.
/// </summary>
internal sealed class PublishSieve
{
    private const int Publish = 3, MoreFollows = 0x80, LengthBytesMax = 4;

    private int _headerBytes;
    private long _length;
    private long _rest;
    private bool _drops;

    /// <param name="drops">Whether a PUBLISH that begins now is taken out.</param>
    public byte[] Take(ReadOnlySpan<byte> bytes, bool drops)
    {
        var kept = new List<byte>(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var count = _rest > 0 ? (int)Math.Min(_rest, bytes.Length) : 1;
            if (_rest > 0)
                _rest -= count;
            else
                TakeHeader(bytes[0], drops);
            if (!_drops)
                kept.AddRange(bytes[..count]);
            bytes = bytes[count..];
        }

        return [.. kept];
    }

    /// <summary>The first byte names the packet; up to four more are its length, seven bits each, lowest first.</summary>
    private void TakeHeader(byte next, bool drops)
    {
        if (_headerBytes == 0)
        {
            (_headerBytes, _drops) = (1, drops && next >> 4 == Publish);
            _length = 0;
            return;
        }

        _length |= (long)(next & ~MoreFollows) << (7 * (_headerBytes - 1));
        if ((next & MoreFollows) != 0 && _headerBytes < LengthBytesMax)
            _headerBytes++;
        else
            (_headerBytes, _rest) = (0, _length);
    }
}

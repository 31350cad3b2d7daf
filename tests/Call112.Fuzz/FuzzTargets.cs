using System.Collections;
using System.Text;
using System.Text.Json;
using Call112.Gateway.Options;
using Call112.Messages;

namespace Call112.Fuzz;

/// <summary>
/// Every parser that reads what others wrote, and what must hold for any bytes (contract, "Rules for every message"): no exception; a value
/// or reasons, never both; a reason names its field; a value that is written and read again is the same; nothing grows beyond its bound.
/// </summary>
public static class FuzzTargets
{
    /// <summary>The writer escapes what is not ASCII: six bytes for one at most, and the fields' names.</summary>
    private const int WrittenPerByte = 6, WrittenBeyond = 1_024;

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Message("dispatch", MessageReader.ReadDispatch, MessageWriter.Write, d => (d with { SentAt = Ms(d.SentAt), ExpiresAt = Ms(d.ExpiresAt), Zones = null }, Listed(d.Zones))),
        Message("receipt", MessageReader.ReadReceipt, MessageWriter.Write, r => (r, "")),
        Message("command", MessageReader.ReadCommand, MessageWriter.Write, c => (c with { SentAt = Ms(c.SentAt) }, "")),
        Message("center-heartbeat", MessageReader.ReadCenterHeartbeat, MessageWriter.Write, b => (b with { SentAt = Ms(b.SentAt) }, "")),
        Message("report", MessageReader.ReadReport, MessageWriter.Write, r => (r with { OccurredAt = Ms(r.OccurredAt), RecordedAt = Ms(r.RecordedAt) }, "")),
        Message("state", MessageReader.ReadStatus, MessageWriter.Write, s => (s with { SentAt = Ms(s.SentAt), Groups = null, Alarms = null }, Listed(s.Groups) + Listed(s.Alarms))),
        Message("heartbeat", MessageReader.ReadHeartbeat, MessageWriter.Write, h => (h with { SentAt = Ms(h.SentAt) }, "")),
        Message("telemetry", MessageReader.ReadTelemetry, MessageWriter.Write, t => (t with { SentAt = Ms(t.SentAt) }, "")),
        Message("certificate-request", MessageReader.ReadCertificateRequest, MessageWriter.Write, r => (r with { SentAt = Ms(r.SentAt) }, "")),
        Message("certificate", MessageReader.ReadCertificate, MessageWriter.Write, c => (c with { SentAt = Ms(c.SentAt) }, "")),
        new("acceptance", MessageReader.MaxBytes + 4_096, Acceptance),
        new("topic", 300, Topic),
        new("options", 64 * 1024, Options),
    ];

    private static FuzzTarget Message<T>(string name, Func<ReadOnlyMemory<byte>, Parsed<T>> read, Func<T, byte[]> write, Func<T, (T Value, string Lists)> normal)
        where T : class => new(name, MessageReader.MaxBytes + 4_096, input =>
    {
        var parsed = read(input);
        FuzzTarget.Demand(parsed.Value is null != (parsed.Errors.Count == 0), "a value and reasons, or neither");
        FuzzTarget.Demand(parsed.Reason.Length <= Report.TextMaxLength, $"a reason of {parsed.Reason.Length} characters");
        if (parsed.Value is not { } value)
            return FuzzTarget.Refusal(parsed.Errors, reason =>
                reason.StartsWith("not JSON", StringComparison.Ordinal) || reason.StartsWith("larger than", StringComparison.Ordinal)
                || reason is "not valid UTF-8" or "not a JSON object");
        FuzzTarget.Demand(input.Length <= MessageReader.MaxBytes, "a message that is too large was read");
        var written = write(value);
        FuzzTarget.Demand(written.Length <= input.Length * WrittenPerByte + WrittenBeyond, $"{input.Length} bytes became {written.Length}");
        if (written.Length > MessageReader.MaxBytes)
            return "read, and longer when written";
        var again = read(written);
        FuzzTarget.Demand(again.Value is not null, $"what was written is refused: {again.Reason}");
        FuzzTarget.Demand(Equals(normal(value), normal(again.Value!)), "what was written reads differently");
        FuzzTarget.Demand(written.AsSpan().SequenceEqual(write(again.Value!)), "what was read is written differently");
        return "read";
    });

    /// <summary>The envelope as a message, and what is in it.</summary>
    private static string Acceptance(byte[] input)
    {
        var outcome = Message("envelope", MessageReader.ReadAcceptance, MessageWriter.Write, e => (e, "")).Parse(input);
        if (MessageReader.ReadAcceptance(input).Value is not { } envelope)
            return outcome;
        var opened = AcceptanceSeal.Open(envelope);
        FuzzTarget.Demand(opened.Value is null != (opened.Errors.Count == 0), "a record and reasons, or neither");
        if (opened.Value is not { } value)
            return $"inside: {FuzzTarget.Refusal(opened.Errors, _ => false)}";
        using var signer = value.Signer;
        FuzzTarget.Demand(signer is null == (value.Seal != SealState.Fits), "a signer without a seal that fits, or the other way round");
        return $"opened: {value.Seal}";
    }

    private static string Topic(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (!Topics.TryParse(text, out var topic))
            return "no topic";
        var written = topic.Kind switch
        {
            TopicKind.StationDispatch => Topics.Dispatch(topic.Name),
            TopicKind.GroupDispatch => Topics.GroupDispatch(topic.Name),
            TopicKind.Command => Topics.Command(topic.Name),
            TopicKind.Receipt => Topics.Receipt(topic.Name),
            TopicKind.Report => Topics.Report(topic.Name),
            TopicKind.State => Topics.State(topic.Name),
            TopicKind.Heartbeat => Topics.Heartbeat(topic.Name),
            TopicKind.Telemetry => Topics.Telemetry(topic.Name),
            TopicKind.Acceptance => Topics.Acceptance(topic.Name),
            TopicKind.CenterHeartbeat => Topics.CenterHeartbeat,
            TopicKind.CertificateRequest => Topics.CertificateRequest(topic.Name),
            TopicKind.Certificate => Topics.Certificate(topic.Name),
            _ => throw new FindingException($"a kind that is none: {topic.Kind}"),
        };
        FuzzTarget.Demand(written == text, $"'{text}' is written as '{written}'");
        return topic.Kind.ToString();
    }

    /// <summary>station.json as a file, as the service reads it; without an environment.</summary>
    private static string Options(byte[] input)
    {
        var read = ReadOptions(input);
        FuzzTarget.Demand(read.Options is null != (read.Errors.Count == 0), "options and reasons, or neither");
        if (read.Options is not { } options)
            // "the file as a whole" carries its path.
            return FuzzTarget.Refusal(read.Errors, _ => true).Replace(s_file, "", StringComparison.Ordinal);
        FuzzTarget.Demand(!options.Station.Validate().Any(), "options outside their limits were taken");
        var written = JsonSerializer.SerializeToUtf8Bytes(OptionsWriter.ToFile(options), StationFileJsonContext.Default.StationFile);
        FuzzTarget.Demand(written.Length <= input.Length * WrittenPerByte + 8 * WrittenBeyond, $"{input.Length} bytes became {written.Length}");
        var again = ReadOptions(written);
        FuzzTarget.Demand(again.Options is not null, $"what was written is refused: {string.Join("; ", again.Errors)}");
        var twice = JsonSerializer.SerializeToUtf8Bytes(OptionsWriter.ToFile(again.Options!), StationFileJsonContext.Default.StationFile);
        FuzzTarget.Demand(written.AsSpan().SequenceEqual(twice), "what was written reads differently");
        return "read";
    }

    private static readonly string s_file = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"call112-fuzz-{Environment.ProcessId}.json");

    private static OptionsResult ReadOptions(byte[] bytes)
    {
        File.WriteAllBytes(s_file, bytes);
        try
        {
            return OptionsReader.Read(s_file, new Hashtable());
        }
        finally
        {
            File.Delete(s_file);
        }
    }

    /// <summary>The wire has milliseconds.</summary>
    private static DateTimeOffset Ms(DateTimeOffset time) => new(time.Ticks - time.Ticks % TimeSpan.TicksPerMillisecond, time.Offset);

    private static DateTimeOffset? Ms(DateTimeOffset? time) => time is { } value ? Ms(value) : null;

    private static string Listed(IReadOnlyList<string>? texts) => texts is null ? "none" : string.Join('\n', texts.Select(text => $"{text.Length}:{text}"));
}

using CsCheck;

namespace Call112.Messages.Tests;

/// <summary>What is written is read back equal, for every message and every value that the contract allows.</summary>
public class RoundTripTests
{
    private const int Iterations = 2_000;

    [Fact]
    public void A_dispatch_that_is_written_is_read_back_equal() => MessageGen.Dispatch.Sample(
        sent => SameAs(sent with { Zones = null }, MessageReader.ReadDispatch(MessageWriter.Write(sent)), read =>
        {
            Assert.Equal(sent.Zones, read.Zones);
            return read with { Zones = null };
        }),
        iter: Iterations);

    [Fact]
    public void A_report_that_is_written_is_read_back_equal() =>
        MessageGen.Report.Sample(sent => SameAs(sent, MessageReader.ReadReport(MessageWriter.Write(sent))), iter: Iterations);

    [Fact]
    public void A_receipt_that_is_written_is_read_back_equal() =>
        MessageGen.Receipt.Sample(sent => SameAs(sent, MessageReader.ReadReceipt(MessageWriter.Write(sent))), iter: Iterations);

    [Fact]
    public void A_command_that_is_written_is_read_back_equal() =>
        MessageGen.Command.Sample(sent => SameAs(sent, MessageReader.ReadCommand(MessageWriter.Write(sent))), iter: Iterations);

    [Fact]
    public void A_state_that_is_written_is_read_back_equal() => MessageGen.Status.Sample(
        sent => SameAs(sent with { Groups = null, Alarms = null }, MessageReader.ReadStatus(MessageWriter.Write(sent)), read =>
        {
            Assert.Equal(sent.Groups, read.Groups);
            Assert.Equal(sent.Alarms, read.Alarms);
            return read with { Groups = null, Alarms = null };
        }),
        iter: Iterations);

    [Fact]
    public void A_heartbeat_that_is_written_is_read_back_equal() =>
        MessageGen.Heartbeat.Sample(sent => SameAs(sent, MessageReader.ReadHeartbeat(MessageWriter.Write(sent))), iter: Iterations);

    [Fact]
    public void A_telemetry_that_is_written_is_read_back_equal() =>
        MessageGen.Telemetry.Sample(sent => SameAs(sent, MessageReader.ReadTelemetry(MessageWriter.Write(sent))), iter: Iterations);

    [Fact]
    public void A_heartbeat_of_the_centre_that_is_written_is_read_back_equal() =>
        MessageGen.CenterHeartbeat.Sample(sent => SameAs(sent, MessageReader.ReadCenterHeartbeat(MessageWriter.Write(sent))), iter: Iterations);

    /// <summary>Lists compare by reference inside a record; <paramref name="withoutLists"/> compares and removes them.</summary>
    private static void SameAs<T>(T sent, Parsed<T> parsed, Func<T, T>? withoutLists = null)
        where T : class
    {
        Assert.True(parsed.Value is not null, parsed.Reason);
        Assert.Empty(parsed.Errors);
        Assert.Equal(sent, withoutLists is null ? parsed.Value : withoutLists(parsed.Value));
    }
}

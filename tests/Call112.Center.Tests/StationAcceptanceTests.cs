using Call112.Center.Acceptance;
using Call112.Center.Book;
using Call112.Messages;
using Microsoft.Data.Sqlite;

namespace Call112.Center.Tests;

/// <summary>What the book keeps of acceptances, and what the centre shows.</summary>
public sealed class StationAcceptanceTests : IDisposable
{
    private readonly CenterBench _files = new();
    private readonly BookBench _bench = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_newest_acceptance_is_kept_and_the_same_one_again_changes_nothing()
    {
        Assert.Null(_bench.Book.FindStation(BookBench.Station));
        Take("A. Mokoagow");
        Assert.Equal("A. Mokoagow", _bench.StationView().Acceptance!.Technician);
        Assert.Empty(Take("A. Mokoagow"));
        Take("B. Paputungan");
        Assert.Equal("B. Paputungan", _bench.StationView().Acceptance!.Technician);
        _bench.Restart();
        Assert.Equal("B. Paputungan", _bench.StationView().Acceptance!.Technician);
        Assert.Empty(Take("B. Paputungan"));
    }

    [Fact]
    public void A_signature_that_is_judged_anew_is_shown_anew()
    {
        Take("A. Mokoagow", AcceptanceSignature.AuthorityUnknown);
        // The centre was started again, now with the city's identities.
        Take("A. Mokoagow", AcceptanceSignature.Valid);
        Assert.Equal(AcceptanceSignature.Valid, _bench.StationView().Acceptance!.Signature);
    }

    [Fact]
    public void An_invalid_one_is_shown_where_there_is_no_other_and_never_replaces_a_valid_one()
    {
        Assert.Contains(Take("X", AcceptanceSignature.Invalid).OfType<Noted>(), note => note.Warning);
        Assert.Equal(AcceptanceSignature.Invalid, _bench.StationView().Acceptance!.Signature);
        Take("A. Mokoagow", AcceptanceSignature.Valid);
        Assert.Contains(Take("Y", AcceptanceSignature.Invalid).OfType<Noted>(), note => note.Warning);
        Assert.Equal("A. Mokoagow", _bench.StationView().Acceptance!.Technician);
    }

    [Fact]
    public void What_the_box_says_of_its_service_is_shown_and_an_acceptance_is_no_sign_of_life()
    {
        Take("A. Mokoagow");
        Assert.Equal((null, StationVerdict.Unknown), (_bench.StationView().Service, _bench.StationView().Verdict));
        foreach (var service in Enum.GetValues<ServiceState>())
        {
            _bench.Do(new StatusReceived(
                new StationStatus(true, BookBench.Station, "boot-1", _bench.Now.Wall, ClockState.Synchronized, Service: service), Retained: false));
            Assert.Equal(service, _bench.StationView().Service);
        }
    }

    [Fact]
    public void It_is_on_the_disk_with_its_envelope_and_an_older_program_still_opens_the_file()
    {
        using (var store = BookStore.Open(_files.DatabasePath, _bench.Now.Wall))
            store.Commit(Take("A. Mokoagow"));
        using (var again = BookStore.Open(_files.DatabasePath, _bench.Now.Wall))
        {
            var row = Assert.Single(again.Load(_bench.Rules).Acceptances);
            Assert.Equal((BookBench.Station, "A. Mokoagow"), (row.StationId, row.Shown.Technician));
        }

        using var connection = new SqliteConnection($"Data Source={_files.DatabasePath};Pooling=False");
        connection.Open();
        using var look = connection.CreateCommand();
        look.CommandText = "SELECT envelope FROM acceptances";
        Assert.Equal(Envelope("A. Mokoagow"), (byte[])look.ExecuteScalar()!);
        // What a program of before this table asks of a file.
        look.CommandText = "PRAGMA user_version";
        Assert.Equal(1L, look.ExecuteScalar());
    }

    [Fact]
    public async Task A_bad_envelope_is_passed_over_and_a_good_one_is_there_after_a_restart()
    {
        await using (var center = await _files.StartAsync())
        {
            await using var station = await FakeStation.ConnectAsync(center.MqttAddress, BookBench.Station);
            var topic = Topics.Acceptance(BookBench.Station);
            await station.PublishAsync(topic, [0xFF, 0x00], retain: true);
            await station.PublishAsync(topic, Envelope("A. Mokoagow"), retain: true);
            await station.PublishAsync(topic, "{}"u8.ToArray(), retain: true);
            await Deadline.UntilAsync(async () => (await center.StationsAsync()).SingleOrDefault()?.Acceptance is not null);
            await station.ReportAsync(1, ReportEvent.Started, null);
            await station.ReceiptedAsync(1);
        }

        await using var later = await _files.StartAsync();
        var view = Assert.Single(await later.StationsAsync());
        Assert.Equal(("A. Mokoagow", AcceptanceSignature.Unsigned), (view.Acceptance!.Technician, view.Acceptance.Signature));
        using var client = CenterBench.Client(later);
        Assert.Contains("\"technician\":\"A. Mokoagow\"", await client.GetStringAsync("/api/stations"), StringComparison.Ordinal);
    }

    private static byte[] Envelope(string technician) => AcceptanceJudgeTests.Sealed(AcceptanceJudgeTests.Record(technician), null);

    private IReadOnlyList<BookEffect> Take(string technician, AcceptanceSignature signature = AcceptanceSignature.Unsigned)
    {
        var (input, _) = new AcceptanceJudge(null).Read(BookBench.Station, Envelope(technician), _bench.Now.Wall);
        var problem = signature == AcceptanceSignature.Invalid ? "nobody vouches for it" : null;
        var shown = input!.Row.Shown with { Signature = signature, Problem = problem };
        return _bench.Do(input with { Row = input.Row with { Shown = shown } });
    }
}

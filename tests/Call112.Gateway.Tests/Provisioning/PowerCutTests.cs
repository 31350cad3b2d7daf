using Call112.Gateway.Provisioning;
using CsCheck;

namespace Call112.Gateway.Tests.Provisioning;

/// <summary>
/// F1, F19: the power goes after any file operation. The next boots come to the same end, and at no point is the key in neither place. Operations are
/// stopped one by one; that each is on the disk when it returns is <see cref="DurableFiles"/>' own promise, and their order is tested here.
/// </summary>
public sealed class PowerCutTests : IDisposable
{
    private readonly ProvisioningDesk _desk = new();

    public enum Scenario
    {
        First,
        Renewed,
        AnotherPost,
        AnotherBoard,
    }

    public void Dispose() => _desk.Dispose();

    [Theory]
    [InlineData(Scenario.First)]
    [InlineData(Scenario.Renewed)]
    [InlineData(Scenario.AnotherPost)]
    [InlineData(Scenario.AnotherBoard)]
    public void A_cut_after_any_operation_leads_to_the_same_end(Scenario scenario)
    {
        var brought = Begin(scenario);
        var (start, steps) = (_desk.Everything(), new List<string>());
        Assert.True(_desk.Run(steps.Add).IsArmed);
        var end = _desk.Everything();
        Assert.InRange(steps.Count, 12, 60);

        for (var cut = 1; cut <= steps.Count; cut++)
        {
            _desk.Restore(start);
            Assert.Throws<PowerCutException>(() => _desk.Run(CutAfter(cut)));
            AssertKeyIsSomewhere(brought);
            var next = _desk.Run();
            Assert.True(next is { IsArmed: true, ExitCode: 0 }, $"after '{steps[cut - 1]}': {next.English}");
            Assert.Equal(end, _desk.Everything());
        }
    }

    /// <summary>Boots that are cut again and again: a mains that comes and goes.</summary>
    [Theory]
    [InlineData(Scenario.First)]
    [InlineData(Scenario.AnotherPost)]
    public void Any_number_of_cuts_leads_to_the_same_end(Scenario scenario)
    {
        var brought = Begin(scenario);
        var start = _desk.Everything();
        Assert.True(_desk.Run().IsArmed);
        var end = _desk.Everything();
        Gen.Int[1, 24].Array[2, 5].Sample(
            cuts =>
            {
                _desk.Restore(start);
                foreach (var cut in cuts)
                {
                    try
                    {
                        _desk.Run(CutAfter(cut));
                    }
                    catch (PowerCutException)
                    {
                        // And once more.
                    }

                    AssertKeyIsSomewhere(brought);
                }

                Assert.True(_desk.Run().IsArmed);
                Assert.Equal(end, _desk.Everything());
            },
            iter: 40, threads: 1);
    }

    /// <summary>
    /// F3: a disk or card that fails at one operation, and works again at the next boot. The box is armed with the new file or with the former one,
    /// or says that it is not; and the boot after ends as it should have.
    /// </summary>
    [Theory]
    [InlineData(Scenario.First)]
    [InlineData(Scenario.Renewed)]
    [InlineData(Scenario.AnotherPost)]
    public void A_disk_that_fails_at_any_operation_is_named_and_the_next_boot_ends_well(Scenario scenario)
    {
        var brought = Begin(scenario);
        var (start, steps) = (_desk.Everything(), new List<string>());
        _desk.Run(steps.Add);
        var outcomes = new HashSet<ProvisioningOutcome>();
        for (var fault = 1; fault <= steps.Count; fault++)
        {
            _desk.Restore(start);
            var left = fault;
            var result = _desk.Run(_ =>
            {
                if (--left == 0)
                    throw new IOException("Input/output error");
            });
            outcomes.Add(result.Outcome);
            AssertKeyIsSomewhere(brought);
            Assert.Equal(result.IsArmed, new DataFolder(_desk.Data, new DurableFiles()).Read().Options is not null);
            Assert.True(_desk.Run().ExitCode == 0 && !File.Exists(_desk.CardStation), $"after '{steps[fault - 1]}'");
            Assert.Equal(brought, File.ReadAllBytes(_desk.DataStation));
        }

        Assert.Subset(outcomes, new HashSet<ProvisioningOutcome> { ProvisioningOutcome.DataUnwritable, ProvisioningOutcome.CardNotWiped });
    }

    /// <summary>What a cut may not reorder: the box's copy is on the disk, and so is its name, before the first zero falls on the card's.</summary>
    [Fact]
    public void The_card_is_wiped_only_when_the_box_has_everything_on_its_disk()
    {
        _desk.InForce();
        _desk.WriteJournal(ProvisioningDesk.Post);
        _desk.Put(_desk.Enrolled(ProvisioningDesk.OtherPost));
        var steps = new List<string>();
        _desk.Run(steps.Add);
        string[] order =
        [
            "flushed station.json.new", "flushed identity.json.new",
            $"renamed to journal.db.of-{ProvisioningDesk.Post}", "folder flushed of journal.db",
            "renamed to station.json", "folder flushed of station.json", "renamed to identity.json", "folder flushed of identity.json",
            "overwritten station.json", "zeros flushed station.json", "written call112-ok.txt", "deleted station.json",
        ];
        var places = order.Select(step => steps.IndexOf(step)).ToArray();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public void Zeros_on_the_card_are_a_wipe_that_was_cut_only_where_the_box_has_that_very_file()
    {
        var content = _desk.InForce();
        File.WriteAllBytes(_desk.CardStation, new byte[content.Length]);
        Assert.Equal(ProvisioningOutcome.Provisioned, _desk.Run().Outcome);
        Assert.False(File.Exists(_desk.CardStation));

        byte[] half = [.. new byte[100], .. content[100..]];
        File.WriteAllBytes(_desk.CardStation, half);
        Assert.Equal(ProvisioningOutcome.Provisioned, _desk.Run().Outcome);
        Assert.False(File.Exists(_desk.CardStation));

        // A new file that a bad copy has filled with zeros: the technician must hear of it.
        File.WriteAllBytes(_desk.CardStation, new byte[content.Length + 1]);
        Assert.Equal((ProvisioningOutcome.Wrong, 3), (_desk.Run() is var zeros ? zeros.Outcome : default, zeros.ExitCode));
        half[^1] ^= 1;
        File.WriteAllBytes(_desk.CardStation, half);
        Assert.Equal(ProvisioningOutcome.Wrong, _desk.Run().Outcome);
    }

    /// <summary>F20: a card that was copied in the middle of a wipe is a copied card, and loses its half of a key.</summary>
    [Fact]
    public void A_half_wiped_card_in_another_board_is_wiped_and_stays_a_copy()
    {
        var content = _desk.InForce();
        File.WriteAllBytes(_desk.CardStation, [.. new byte[512], .. content[512..]]);
        _desk.Board(ProvisioningDesk.OtherSerial);
        Assert.Equal((ProvisioningOutcome.Cloned, 1), (_desk.Run() is var copy ? copy.Outcome : default, copy.ExitCode));
        Assert.False(File.Exists(_desk.CardStation));
    }

    /// <summary>A file that was being written when the power went holds a key, and nobody needs it.</summary>
    [Fact]
    public void What_a_cut_left_half_written_in_the_box_is_taken_away_at_the_next_boot()
    {
        _desk.Put(_desk.Enrolled());
        Assert.Throws<PowerCutException>(() => _desk.Run(CutAfter(1)));
        Assert.True(File.Exists(_desk.DataStation + DurableFiles.NewSuffix));
        File.Delete(_desk.CardStation);
        Assert.Equal(ProvisioningOutcome.Missing, _desk.Run().Outcome);
        Assert.Empty(Directory.GetFiles(_desk.Data));
    }

    private byte[] Begin(Scenario scenario)
    {
        if (scenario != Scenario.First)
        {
            _desk.InForce();
            _desk.WriteJournal(ProvisioningDesk.Post, killed: true);
        }

        if (scenario == Scenario.AnotherBoard)
            _desk.Board(ProvisioningDesk.OtherSerial);
        var brought = _desk.Enrolled(scenario == Scenario.AnotherPost ? ProvisioningDesk.OtherPost : ProvisioningDesk.Post);
        brought["station"]!["name"] = "Puskesmas Baru";
        return _desk.Put(brought);
    }

    private void AssertKeyIsSomewhere(byte[] brought)
    {
        bool Has(string path) => File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(brought);
        Assert.True(Has(_desk.CardStation) || Has(_desk.DataStation), "the key is gone");
    }

    private static Action<string> CutAfter(int step) => name =>
    {
        if (--step == 0)
            throw new PowerCutException(name);
    };

    private sealed class PowerCutException(string after) : Exception($"the power went after: {after}");
}

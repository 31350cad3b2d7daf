namespace Call112.Station.Tests;

/// <summary>Design, "Behaviour, exactly", as a matrix. A changed row is a changed behaviour: read it, then change the table by hand.</summary>
public class BehaviourTableTests
{
    private static readonly IReadOnlyList<string> s_table = Read();

    public static TheoryData<string> States => [.. BehaviourTable.States.Keys];

    [Theory]
    [MemberData(nameof(States))]
    public void A_station_behaves_as_the_table_says(string state)
    {
        var expected = s_table.Where(row => row.StartsWith($"{state} | ", StringComparison.Ordinal));
        var actual = BehaviourTable.Events.Keys.Select(input => BehaviourTable.RowOf(state, input));
        Assert.Equal(string.Join('\n', expected), string.Join('\n', actual));
    }

    [Fact]
    public void The_table_has_one_row_for_every_state_and_input_and_no_other()
    {
        var expected = BehaviourTable.States.Keys.SelectMany(state => BehaviourTable.Events.Keys.Select(input => $"{state} | {input}"));
        Assert.Equal(expected, s_table.Select(row => string.Join(" | ", row.Split(" | ")[..2])));
    }

    [Fact]
    public void Every_kind_of_input_has_rows()
    {
        var kinds = typeof(StationInput).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(StationInput))).ToHashSet();
        Assert.NotEmpty(kinds);
        kinds.ExceptWith(BehaviourTable.Events.Values.Select(input => input.Input));
        Assert.Empty(kinds);
    }

    [Fact]
    public void Every_kind_of_journal_entry_is_made_by_some_row()
    {
        var kinds = typeof(JournalEntry).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(JournalEntry))).ToHashSet();
        Assert.NotEmpty(kinds);
        // A report is named by its event, every other entry by its kind in brackets; that the rows are true is the test above.
        kinds.RemoveWhere(kind => kind == typeof(JournalEntry.Reported) || s_table.Any(row => row.Contains($"[{kind.Name}]", StringComparison.Ordinal)));
        Assert.Empty(kinds);
    }

    private static List<string> Read()
    {
        using var reader = new StreamReader(typeof(BehaviourTableTests).Assembly.GetManifestResourceStream("behaviour-table.txt")!);
        return [.. reader.ReadToEnd().Split('\n').Where(line => line.Contains(" | ", StringComparison.Ordinal) && !line.StartsWith('#'))];
    }
}

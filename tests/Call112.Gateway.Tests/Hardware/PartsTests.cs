using System.Globalization;

namespace Call112.Gateway.Tests.Hardware;

/// <summary>Prices and power: every figure of the pages is what the CSVs give.</summary>
public sealed class PartsTests
{
    /// <summary>Rate of the estimate, IDR for one USD (hardware/parts/README.md).</summary>
    private const double RupiahPerDollar = 16_500;

    /// <summary>IDR prices are rounded to this.</summary>
    private const double RupiahStep = 5_000;

    [Theory]
    [InlineData("bom-reference-a.csv", "A")]
    [InlineData("bom-reference-b.csv", "B")]
    [InlineData("bom-sixfab.csv", "Sixfab")]
    public void The_totals_of_the_page_are_the_sums_of_the_bill_of_materials(string file, string build)
    {
        var rows = HardwareFolder.Rows($"parts/{file}");
        double Sum(string column) => rows.Sum(row => row.Number("quantity") * row.Number(column));
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"| {build} | {Round(Sum("unit_usd_low")):N0} – {Round(Sum("unit_usd_high")):N0} | "
            + $"{Sum("unit_idr_low"):N0} – {Sum("unit_idr_high"):N0} |");

        Assert.Contains(line, HardwareFolder.Text("parts/README.md"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bom-reference-a.csv")]
    [InlineData("bom-reference-b.csv")]
    [InlineData("bom-sixfab.csv")]
    public void Every_part_has_a_key_of_its_own_a_range_and_the_month_of_its_estimate(string file)
    {
        var rows = HardwareFolder.Rows($"parts/{file}");

        Assert.Equal(rows.Count, rows.Select(row => row["item"]).Distinct().Count());
        foreach (var row in rows)
        {
            Assert.All(row, field => Assert.False(string.IsNullOrWhiteSpace(field.Value), $"{row["item"]}: {field.Key} is empty"));
            Assert.Equal("2026-11", row["estimated"]);
            Assert.True(row.Number("unit_usd_low") <= row.Number("unit_usd_high"), row["item"]);
            Assert.Equal(row["item"].StartsWith("option-", StringComparison.Ordinal), row.Number("quantity") == 0);
            foreach (var end in (string[])["low", "high"])
                Assert.InRange(
                    row.Number($"unit_idr_{end}") - row.Number($"unit_usd_{end}") * RupiahPerDollar,
                    -RupiahStep / 2,
                    row.Number($"unit_idr_{end}") == RupiahStep ? RupiahStep : RupiahStep / 2);
        }
    }

    [Fact]
    public void The_power_budget_of_the_page_is_recomputed_from_its_CSV()
    {
        var columns = ((string[])["good", "typical", "bad"]).Select(PowerBudget.Read).ToList();
        var page = HardwareFolder.Text("parts/power-budget.md");
        string Line(string result, string format, Func<PowerBudget, double> value, string unit) =>
            $"| {result} | {string.Join(" | ", columns.Select(column => value(column).ToString(format, CultureInfo.InvariantCulture)))} | {unit} |";

        Assert.All(
            [
                Line("load at 5 V", "F1", column => column.FiveVoltWatts, "W"),
                Line("standby load at the battery", "F1", column => column.StandbyWatts, "W"),
                Line("usable part of the battery", "F2", column => column.UsablePart, "fraction"),
                Line("usable energy of 12 V 7 Ah", "F1", column => column.UsableWattHours(7), "Wh"),
                Line("energy of the alerts", "F1", column => column.AlertWattHours, "Wh"),
                Line("standby on 7 Ah, no alert", "F1", column => column.UsableWattHours(7) / column.StandbyWatts, "h"),
                Line("standby on 7 Ah, with the alerts", "F1", column => column.HoursWithAlerts(7), "h"),
                Line("battery for 25 h with the alerts", "F0", column => column.AmpereHoursFor(25), "Ah"),
            ],
            line => Assert.Contains(line, page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_battery_that_the_page_recommends_carries_the_bad_case_through_25_hours()
    {
        var option = HardwareFolder.Rows("parts/bom-reference-a.csv").Single(row => row["item"] == "option-battery");
        var need = PowerBudget.Read("bad").AmpereHoursFor(25);

        Assert.InRange(need, 33, 55);
        Assert.Contains("12 V 55 Ah", option["part"], StringComparison.Ordinal);
        Assert.Contains("For 25 hours fit 12 V 55 Ah", HardwareFolder.Text("parts/power-budget.md"), StringComparison.Ordinal);
    }

    private static double Round(double dollars) => Math.Round(dollars, MidpointRounding.AwayFromZero);

    /// <summary>One column of hardware/parts/power-budget.csv and the formulae of its page.</summary>
    private sealed class PowerBudget
    {
        private readonly Dictionary<string, double> _values;

        private PowerBudget(Dictionary<string, double> values) => _values = values;

        public double FiveVoltWatts => this["pi"] + this["lte"] + this["relay-card"] + this["lamps"];

        public double StandbyWatts => FiveVoltWatts / this["converter"] + this["ups-own"];

        public double UsablePart => this["rate"] * this["cutoff"] * this["age"];

        public double AlertWattHours =>
            this["siren"] * this["siren-start"] * this["siren-minutes"] / 60 + this["strobe"] * this["strobe-minutes"] / 60;

        private double this[string item] => _values[item];

        public static PowerBudget Read(string column) =>
            new(HardwareFolder.Rows("parts/power-budget.csv").ToDictionary(row => row["item"], row => row.Number(column)));

        public double UsableWattHours(double ampereHours) => ampereHours * this["battery-voltage"] * UsablePart;

        public double HoursWithAlerts(double ampereHours) => Math.Max(0, UsableWattHours(ampereHours) - AlertWattHours) / StandbyWatts;

        public double AmpereHoursFor(double hours) => (hours * StandbyWatts + AlertWattHours) / (this["battery-voltage"] * UsablePart);
    }
}

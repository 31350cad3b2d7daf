using System.Globalization;
using Call112.Center.Book;
using Call112.Messages;
using Sylvan.Data.Csv;

namespace Call112.Demo.Replay;

/// <summary>One alert of the file: what goes to one station at one moment.</summary>
/// <param name="DispatchedAt">Local time without a zone, as the file has it; only differences are used.</param>
/// <param name="Turnout">From dispatch to response, real or the file's median.</param>
/// <param name="TurnoutIsReal">False when the file has no response time for this alert.</param>
/// <param name="OnScene">From dispatch to arrival; null when the file does not say.</param>
/// <param name="Available">From dispatch to free again; null when the file does not say.</param>
internal sealed record ReplayAlert(
    DateTime DispatchedAt, string StationId, string StationArea, IncidentDraft Incident, TimeSpan Turnout, bool TurnoutIsReal, TimeSpan? OnScene, TimeSpan? Available);

/// <summary>
/// San Francisco's "Fire Department Calls for Service": one row for each unit. One alert is one (Call Number, Dispatch DtTm), so units that are
/// sent to the same call later are an alert of their own.
/// </summary>
/// <param name="Alerts">In the order of their dispatch.</param>
/// <param name="Rows">Rows that were used.</param>
/// <param name="RowsLeftOut">Rows without a call number, a dispatch time or a station area that can be a name.</param>
/// <param name="MedianTurnout">Of the alerts that have a turnout.</param>
internal sealed record DispatchFile(IReadOnlyList<ReplayAlert> Alerts, int Rows, int RowsLeftOut, TimeSpan MedianTurnout)
{
    private const string TimeFormat = "M/d/yyyy h:mm:ss tt";

    /// <summary>Longest field that is read, characters.</summary>
    private const int BufferMax = 1024 * 1024;

    /// <exception cref="InvalidDataException">Not such a file: a column is missing, the quoting is broken, or no row can be used.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DispatchFile Read(string path)
    {
        using var text = new StreamReader(path);
        return Read(text);
    }

    /// <inheritdoc cref="Read(string)"/>
    public static DispatchFile Read(TextReader text)
    {
        var units = new List<UnitRow>();
        var leftOut = 0;
        try
        {
            using var csv = CsvDataReader.Create(text, new CsvDataReaderOptions { MaxBufferSize = BufferMax });
            var columns = new Columns(csv);
            while (csv.Read())
                if (columns.Row(csv) is { } row)
                    units.Add(row);
                else
                    leftOut++;
        }
        catch (Exception e) when (e is CsvFormatException or CsvRecordTooLargeException or CsvMissingHeadersException)
        {
            throw new InvalidDataException($"not a readable CSV file: {e.Message}", e);
        }

        if (units.Count == 0)
            throw new InvalidDataException($"no row can be used ({leftOut} left out)");
        var calls = units.GroupBy(unit => (unit.CallNumber, unit.DispatchedAt)).Select(Call.Of).ToList();
        var turnouts = calls.Where(call => call.Turnout is not null).Select(call => call.Turnout!.Value).Order().ToList();
        var median = turnouts.Count == 0 ? TimeSpan.Zero : turnouts[(turnouts.Count - 1) / 2];
        var alerts = calls.OrderBy(call => call.First.DispatchedAt).ThenBy(call => call.First.CallNumber, StringComparer.Ordinal).Select(call => call.Alert(median)).ToList();
        return new DispatchFile(alerts, units.Count, leftOut, median);
    }

    private static DateTime? Time(string text) =>
        DateTime.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    private static string StationIdOf(string area) => $"sf-{area.ToLowerInvariant()}";

    private sealed record UnitRow(
        string CallNumber, string Unit, string UnitType, int Sequence, string CallType, DateTime DispatchedAt, DateTime? Response, DateTime? OnScene, DateTime? Available,
        string Address, string City, string StationArea, string Priority, string Neighborhood, string Position)
    {
        public bool IsEngineOrTruck => UnitType is "ENGINE" or "TRUCK";

        /// <summary>Null without a response time, and for one before the dispatch: a clock was wrong.</summary>
        public TimeSpan? Turnout => Since(Response);

        public TimeSpan? Since(DateTime? time) => time - DispatchedAt is { } span && span >= TimeSpan.Zero ? span : null;
    }

    /// <summary>Where the columns are in this file.</summary>
    private sealed class Columns(CsvDataReader csv)
    {
        private readonly int _call = Find(csv, "Call Number"), _unit = Find(csv, "Unit ID"), _unitType = Find(csv, "Unit Type"),
            _sequence = Find(csv, "Unit sequence in call dispatch"), _type = Find(csv, "Call Type"), _dispatch = Find(csv, "Dispatch DtTm"),
            _response = Find(csv, "Response DtTm"), _onScene = Find(csv, "On Scene DtTm"), _available = Find(csv, "Available DtTm"),
            _address = Find(csv, "Address"), _city = Find(csv, "City"), _area = Find(csv, "Station Area"), _priority = Find(csv, "Original Priority"),
            _neighborhood = Find(csv, "Neighborhooods - Analysis Boundaries"), _position = Find(csv, "Location");

        /// <summary>The row, or null when it does not say which call, when or where.</summary>
        public UnitRow? Row(CsvDataReader row)
        {
            string Text(int column) => column < row.RowFieldCount ? row.GetString(column).Trim() : "";
            if (Text(_call) is not { Length: > 0 } call || Time(Text(_dispatch)) is not { } dispatched || Text(_area) is not { Length: > 0 } area
                || !Topics.IsValidName(StationIdOf(area)))
                return null;
            return new UnitRow(
                call, Text(_unit), Text(_unitType), int.TryParse(Text(_sequence), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : int.MaxValue,
                Text(_type), dispatched, Time(Text(_response)), Time(Text(_onScene)), Time(Text(_available)), Text(_address), Text(_city), area, Text(_priority),
                Text(_neighborhood), Text(_position));
        }

        private static int Find(CsvDataReader csv, string name)
        {
            for (var i = 0; i < csv.FieldCount; i++)
                if (csv.GetName(i) == name)
                    return i;
            throw new InvalidDataException($"the column '{name}' is missing");
        }
    }

    /// <summary>The rows of one alert.</summary>
    private sealed record Call(UnitRow First, UnitRow? Timed, string Units)
    {
        public TimeSpan? Turnout => Timed?.Turnout;

        public static Call Of(IEnumerable<UnitRow> rows)
        {
            var units = rows.OrderBy(row => row.Sequence).ToList();
            // Engines and trucks turn out from the station; a medic may be on the road already.
            var timed = units.Find(row => row is { IsEngineOrTruck: true, Turnout: not null }) ?? units.Find(row => row.Turnout is not null);
            return new Call(units[0], timed, string.Join(' ', units.Select(row => row.Unit)));
        }

        public ReplayAlert Alert(TimeSpan median)
        {
            var incident = new IncidentDraft(
                CallTypes.CategoryOf(First.CallType),
                IncidentIdOf(First.CallNumber),
                First.CallType.Length > 0 ? First.CallType : null,
                CallTypes.PriorityOf(First.Priority),
                Location: LocationOf(First),
                Narrative: $"Units: {Units}");
            return new ReplayAlert(
                First.DispatchedAt, StationIdOf(First.StationArea), First.StationArea, incident, Turnout ?? median, Turnout is not null,
                Timed?.Since(Timed.OnScene), Timed?.Since(Timed.Available));
        }

        /// <summary>"SF" and the call number, whose last digits count when it is too long.</summary>
        private static string IncidentIdOf(string callNumber)
        {
            var digits = new string([.. callNumber.Where(char.IsAsciiLetterOrDigit)]);
            const int room = Incident.IncidentIdMaxLength - 2;
            return "SF" + (digits.Length > room ? digits[^room..] : digits);
        }

        private static Location LocationOf(UnitRow row)
        {
            // A call box without its number is no address.
            var address = row.Address is "" or "CALL BOX:" ? null : row.Address;
            var city = row.City == "Treasure Isla" ? "Treasure Island" : row.City;
            var (latitude, longitude) = PositionOf(row.Position);
            return new Location(address, row.Neighborhood.Length > 0 ? row.Neighborhood : null, city.Length > 0 ? city : null, Latitude: latitude, Longitude: longitude);
        }

        private static (double?, double?) PositionOf(string text)
        {
            var parts = text.Trim('(', ')').Split(',');
            return parts.Length == 2
                && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var latitude) && latitude is >= -90 and <= 90
                && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var longitude) && longitude is >= -180 and <= 180
                    ? (latitude, longitude)
                    : (null, null);
        }
    }
}

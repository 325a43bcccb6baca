namespace ServerlessRosa.XlsForms;

/// <summary>The columns of a sheet: those known by their own name, and other names for them (XF-034 to XF-038).</summary>
internal sealed record KnownColumns(IReadOnlySet<string> Names, IReadOnlyDictionary<string, string[]> Aliases)
{
    private static readonly string[] Media = ["image", "big-image", "audio", "video"];

    public static readonly KnownColumns Survey = new(
        Set(
            "name label parent extra_data type bind control media hint guidance_hint choice_filter parameters default trigger query"
                + " instance actions sms_field choices itemset list_name"
        ),
        Table(
            "caption label; tag name; value name; command type; relevant bind/relevant; relevance bind/relevant; required bind/required;"
                + " read_only bind/readonly; readonly bind/readonly; constraint bind/constraint;"
                + " constraint_message bind/jr:constraintMsg; constraining_message bind/jr:constraintMsg;"
                + " required_message bind/jr:requiredMsg; requiredmsg bind/jr:requiredMsg; noapperrorstring bind/jr:noAppErrorString;"
                + " no_app_error_string bind/jr:noAppErrorString; calculation bind/calculate; calculate bind/calculate;"
                + " save_to bind/entities:saveto; appearance control/appearance; count control/jr:count;"
                + " repeat_count control/jr:count; jr:count control/jr:count; autoplay control/autoplay; rows control/rows; body control;"
                + " compact_tag instance/odk:tag; sms_field sms_field; sms_option sms_option; sms_separator sms_separator;"
                + " sms_allow_media sms_allow_media; sms_date_format sms_date_format; sms_datetime_format sms_datetime_format;"
                + " sms_response sms_response",
            Media
        )
    );

    public static readonly KnownColumns Choices = new(
        Set("name label media sms_option parent extra_data"),
        Table("caption label; value name", Media, ("list_name", ["list name"]))
    );

    public static readonly KnownColumns Settings = new(
        Set(
            "title id_string name version style default_language instance_name public_key submission_url auto_send auto_delete"
                + " client_editable namespaces instance_xmlns instance_id omit_instanceID allow_choice_duplicates clean_text_values"
                + " add_none_option attribute prefix delimiter sms_keyword sms_separator sms_allow_media sms_date_format"
                + " sms_datetime_format sms_response flat label hint bind control media"
        ),
        Table("form_title title; set_form_title title; form_id id_string; set_form_id id_string; prefix prefix", [])
    );

    public static readonly KnownColumns Entities = new(
        Set("dataset entity_id create_if update_if repeat label"),
        Table("list_name dataset", [])
    );

    private static HashSet<string> Set(string names) => [.. names.Split(' ')];

    private static Dictionary<string, string[]> Table(string aliases, string[] media, params (string From, string[] To)[] more)
    {
        var table = aliases
            .Split(';', StringSplitOptions.TrimEntries)
            .ToDictionary(line => line.Split(' ')[0], line => line.Split(' ')[1].Split('/'));
        foreach (var kind in media)
        {
            table[kind] = ["media", kind];
        }
        foreach (var (from, to) in more)
        {
            table[from] = to;
        }
        return table;
    }
}

# Makes buckets in a MinIO as they are described, and a user that may use them and nothing else. It can run as often as one
# likes. What the image has besides its shell and mc is little, so it uses nothing else.
set -eu

# mc asks for what isn't on its command line, where every process could read it.
answers() { printf '%s\n' "$@"; }

# reach NAME ADDRESS USER PASSWORD
reach() {
    attempt=0
    until answers "$3" "$4" | mc --quiet alias set "$1" "$2"; do
        attempt=$((attempt + 1))
        [ "$attempt" -lt 30 ] || exit 1
        sleep 2
    done
}

# Asking for what isn't there is an error of its own, and mc has no other way to say so.
keep_no_lifecycle() {
    if answer=$(mc --json ilm rule export "store/$1"); then
        mc --quiet ilm rule remove --all --force "store/$1"
        return
    fi
    case $answer in
        *NoSuchLifecycleConfiguration*) ;;
        *) printf '%s\n' "$answer" && exit 1 ;;
    esac
}

reach store "http://$STORE" "$STORE_ROOT_USER" "$STORE_ROOT_PASSWORD"

for bucket in $BUCKETS; do
    mc --quiet mb --ignore-existing "store/$bucket"
done

mc --quiet admin policy create store application "$POLICY_FILE"
answers "$STORE_USER" "$STORE_PASSWORD" | mc --quiet admin user add store
# Attaching what is attached is an error.
case $(mc admin policy entities store --user "$STORE_USER") in
    *application*) echo "The policy is attached." ;;
    *) mc --quiet admin policy attach store application --user "$STORE_USER" ;;
esac

# Removing who isn't there is an error, and so must a list be that doesn't come.
users=$(mc --json admin user list store)
for user in ${FORMER_USERS:-}; do
    case $users in
        *'"'"$user"'"'*) mc --quiet admin user remove store "$user" ;;
    esac
done

# A bucket that is replicated must have versions: so a rule goes before them, and comes after them.
for bucket in $BUCKETS; do
    rules=$(mc --json replicate export "store/$bucket")
    case $rules in
        *'"ID":"'"${REPLICATION_RULE:-none}"'"'*) ;;
        *'"ID":'*) mc --quiet replicate remove --all --force "store/$bucket" ;;
    esac
    versions=$(mc --json version info "store/$bucket")
    case ${VERSIONS:-}$versions in
        kept*'"Enabled"'*) ;;
        kept*) mc --quiet version enable "store/$bucket" ;;
        *'"Enabled"'*) mc --quiet version suspend "store/$bucket" ;;
    esac
    if [ -f "$LIFECYCLE_FOLDER/$bucket.json" ]; then
        mc --quiet ilm rule import "store/$bucket" <"$LIFECYCLE_FOLDER/$bucket.json"
    else
        keep_no_lifecycle "$bucket"
    fi
done

[ -n "${TARGET:-}" ] || exit 0
reach target "$TARGET" "$TARGET_ACCESS_KEY_ID" "$TARGET_SECRET_ACCESS_KEY"
for bucket in $BUCKETS; do
    copy=target/${TARGET_BUCKET_PREFIX:-}$bucket
    rules=$(mc --json replicate export "store/$bucket")
    case $rules in
        # The key may be another one.
        *'"ID":"'"$REPLICATION_RULE"'"'*)
            mc --quiet replicate update "store/$bucket" --id "$REPLICATION_RULE" --remote-bucket "$copy"
            ;;
        *)
            mc --quiet replicate add "store/$bucket" --id "$REPLICATION_RULE" --priority 1 \
                --replicate "$REPLICATE" --remote-bucket "$copy"
            ;;
    esac
done
